"""What a resident means: an intent, slots, and how sure that is.

>>> understand("холодная сто двадцать горячая восемьдесят").slots
{'values': ['120', '80'], 'resource': ['cold_water', 'hot_water']}

Rules decide dangers (`rules.yaml`); a small model over words, sounds and letter runs decides the rest. It is trained
from sentence templates (`sentences/`, one file an intent) by `zhku understanding build`. Words of slots: `words.yaml`.
"""

from skill.understanding.recognise import OUT_OF_SCOPE, Understanding, reload, understand, use_company

__all__ = ["OUT_OF_SCOPE", "Understanding", "reload", "understand", "use_company"]
