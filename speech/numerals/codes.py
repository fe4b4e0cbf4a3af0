"""Word classes as small integers: what the lexicon gives for a word and the automaton in compose.py runs on.

A positive code is a number word, a negative one a role that matters between numbers, zero any other word. Codes up to
FAST_TOP and from SIMPLE up need no look at their neighbours, so a text of only those takes the short way.
"""

PLAIN = 0
# 1…999 is the cardinal of that value
ZERO = 1000
SCALE = 1000  # + exponent: «тысяча» 1003, «миллион» 1006
COUNTED = 100  # added to a scale word in the form that follows a count: «тысяч»
FAST_TOP = 1199

TENS, HUNDREDS = 1201, 1202  # multiply the unit before them: «десяток, десят», «сотня, сот»
STA = 1210  # «ста»: genitive of 100, or the end of a split «три ста»
TEEN = 1211  # «надцать» split off
TWENTY = 1212  # «дцать» split off
ZEROS = 1213  # «нуля, нулей»: as many zeros as the unit before says
ZEROS_ANY = 1219  # «нули»: zeros nobody counted
HALF_OF = 1214  # «пол» before a scale or a unit
PAIR = 1215  # «пара» before a scale word
ONE_AND_HALF = 1216
SLANG = 1220  # + exponent: «лимон», a scale only after a number
ONE_NOUN = 1218  # «единица»: the digit, or a unit after a number
BIRD = 1217  # «сорока»: forty only in company
ORDINAL = 2000  # + 1…999
ORDINAL_SCALE = 3000  # + exponent
DENOMINATOR = 4000  # + exponent: «десятых» 4001
QUARTERS = 4100  # «три четверти»
HALVES = 4200  # «одна вторая»
ROUND = 6000  # + 1…999: a number written in digits that ends in zero, «20»
DIGITS = 5000  # written digits, text in Digits.text
ALIKE = 7000  # + digit, «семёрки»: as many of it as the unit before says
FRAGMENT = 8000  # a piece of a split number word
COMPOUND = 9000  # several words in one token, codes in Compound.codes

FILLER = -1
BREAK = -2  # punctuation that separates
UNIT = -3
LABEL = -4
SIMPLE = -9  # roles from here up to -1 are simple
AND = -10
POINT = -11
WHOLE = -12
FRACTION = -13  # «с половиной»
MINUS = -14
SIGN = -15  # a written «-» before digits
HYPHEN = -16
CORRECTION = -17
CONFIRM = -18
BUT = -19
NOT = -20
INDEX = -21  # a noun whose number names it: «тариф», «т», «номер»
PLACE = -22  # an address: «этаж», «квартира»
TIMES = -23  # swallows the number before it: «раз», «минут», «числа»
SMALL_UNIT = -28  # a part of a larger unit: «литров, копеек»
ELLIPSIS = -29  # «…»: a pause inside a number, else a comma
PAUSE = -27  # «секунду, минутку»: a filler that swallows «одну»
COMMA = -24
BETWEEN = -25
OPEN_BRACKET = -26
ANCHOR = -30  # the rare word of a phrase in phrases.tsv


class Role(int):
    """A role with its name: the label «hot», the unit «m3», the wording of a correction."""

    name: str

    def __new__(cls, code: int, name: str) -> "Role":
        role = super().__new__(cls, code)
        role.name = name
        return role


class Digits(int):
    """A number written in digits, kept as written: «00123.456»."""

    text: str

    def __new__(cls, text: str) -> "Digits":
        digits = super().__new__(cls, DIGITS)
        digits.text = text
        return digits


class Compound(int):
    """A token of several words: «двестисорок», «231кВт», «один,»."""

    words: tuple[str, ...]
    codes: tuple[int, ...]
    repaired: bool

    def __new__(cls, words: tuple[str, ...], codes: tuple[int, ...], repaired: bool = False) -> "Compound":
        compound = super().__new__(cls, COMPOUND)
        compound.words = words
        compound.codes = codes
        compound.repaired = repaired
        return compound
