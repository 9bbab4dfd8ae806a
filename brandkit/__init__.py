"""How alike are the banks, do customers notice, and where could we stand instead?

brandkit scores product overlap across banks from their catalogues, models customer-satisfaction
surveys, draws positioning maps, and exports reports that leadership can open on a phone.
"""

from importlib.metadata import version

__version__ = version("brandkit")
