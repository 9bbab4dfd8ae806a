"""Blocks, tables and the template of a page: what a report and JupyterLab show."""
