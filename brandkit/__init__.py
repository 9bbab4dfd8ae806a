"""Answers how alike banks are, whether customers notice, and where one could stand instead.

brandkit scores product overlap across banks from their catalogues, models customer-satisfaction
surveys, draws positioning maps, and exports reports that leadership can open on a phone.
"""

from importlib.metadata import version

__version__ = version("brandkit")
