"""Vietnamese text: syllables, spellings, typing. Knows nothing of Rasa.

underthesea's package imports all its tools with their dictionaries. Here it is made known without being run: its modules
can still be imported by their own names, and only those of words are.
"""

import sys
from importlib.util import find_spec, module_from_spec

if "underthesea" not in sys.modules and (found := find_spec("underthesea")) is not None:
    sys.modules["underthesea"] = module_from_spec(found)
