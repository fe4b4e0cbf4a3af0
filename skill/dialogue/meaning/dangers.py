"""Which danger a phrase tells of (`dangers.yaml`), what is said of it beside yes and no, and what is none after all."""

import re
from functools import cache
from importlib.resources import files

import yaml

from skill.dialogue.meaning.plain import LEADS, asks, plain
from skill.understanding import Understanding

CHILD = re.compile(
    r"\bя (ещ[её] )?(реб[её]нок|маленьк)"
    r"|\bмне (только |уже )?([3-9]|1[01]|три|четыре|пять|шесть|семь|восемь|девять|десять"
    r"|одиннадцать) (лет|год)"
)
SOMEBODY = re.compile(
    r"\b(доч|сын|реб[её]н|дети|детей|вну[кч]|бабушк|дедушк|мам|муж|жен|сосед"
    r"|человек|люди|людей|подруг|друг|кто-то|кто то)"
)
ONESELF = re.compile(r"\b(я|мы|меня|нас|мне|нам)\b")
CALLED = re.compile(
    r"\b(?<!не )(вызвал[аи]?|вызывал\w*|позвонил\w*|звонил[аи]?|дозвонил\w*|едут|выехал\w*|приехал\w*)\b"
)
"""Help is on its way."""
_BY_US = (
    r"(?:сообщил|передал|отправил|вызвал|приняли|принял[аи]|записал|оформил|позвал|сказал|переда[нл]|отправлен|принят"
    r"|ушл)"
)
SENT_YET = re.compile(
    rf"{LEADS}(?:(?:вы|ты|он|она|это|его|ее|уже|перв\w+|втор\w+|обе|точно|же|заявк\w+|вызов\w*|обращени\w+"
    rf"|диспетчер\w*|мастер\w*"
    rf"|стойте|погодите) )*"
    rf"(?:на \w+ |про \w+ |о \w+ |по \w+ )?{_BY_US}\w*\b(?: (?:уже|ли|или нет|или еще нет|нет|ее|его|мою|мой|наш\w*"
    rf"|вызов|заявк\w+"
    r"|диспетчер\w*|им|туда|мастер\w*|точно|на \w+|про \w+|по \w+))*"
)
"""«Вы вызов передали?», «заявка отправлена или нет»."""
_WHOEVER = (
    r"(?:мастер|сантехник|электрик|слесар|лифтер|бригад|аварийк|аварийщик|аварийн|диспетчер|специалист|они|он|помощь"
    r"|вы)\w*"
)
_COMES = r"(?:прие[дз]|прид|подойд|выед|едет|едут|будет|будут|явит|почин|помож|спас|вытащ|освобод|устран|исправ|ждать)"
COMING = re.compile(
    rf"\b(?:кто(?: ?нибудь| ?то| ?нить)?|когда|во сколько|как быстро|скоро ли|скоро)\b.{{0,30}}\b{_COMES}"
    r"|\b(?:через сколько|сколько)\b.{0,30}\b(?:прие[дз]|прид[её]т|придут|подойд|едут|ехать|ждать|почин|устран)"
    r"|\bсколько (?:еще )?(?:мне|нам|им|ему|ей|тут|там) (?:\w+ )?(?:сидеть|терпеть|стоять|мерзнуть)\b"
    rf"|\b{_WHOEVER} (?:\w+ ){{0,2}}(?:когда|скоро|через сколько|во сколько)\b"
    r"|^(?:а |ну |и )*(?:когда|через сколько|скоро|долго ждать|сколько ждать|долго|как скоро|кто|во сколько)"
    r"(?: то| еще)?$"
    rf"|^(?:а |ну |и )*(?:{_WHOEVER} )?(?:точно |уже |вообще )*(?:приед(?:ет|ут)|прид(?:ет|ут)|едут|едет)(?: ли| \w+)?$"
)
"""Who will come, and when."""
OBEYED = re.compile(r"\b(?<!не )(перекрыл|выключил|обесточил|открыл|закрыл|вышл|вышел|нажал|отош[её]?л|отошла)\w*\b")
"""What was advised has been done."""
STILL = re.compile(
    r"\b(?:все равно|все еще|до сих пор|продолжа\w+|не помог\w+|не помога\w+|сил[ьн]\w+|опять)\b"
    r"|\b(?<!не )(?:капает|течет|льет\w*|бежит|пахнет|воняет|искрит|горит|дымит\w*|хлещет)\b"
)
"""And it goes on."""
NOT_AT_HOME = re.compile(
    r"\b(?:сосед\w*|сверху|там|они|дверь|никто)\b.*\b(?:не (?:открыва\w+|откры\w+|отвеча\w+|слыш\w+|отзыва\w+)"
    r"|нет дома|уехал\w*|спят)\b"
    r"|\b(?:никого нет|некому открыть|дома никого)\b"
)
"""Those above do not open."""
CANNOT = re.compile(
    r"\bне (?:знаю|могу|получается|достаю|дотягива\w+|дотян\w+|наш(?:ла|[её]л)|вижу|умею|закрыва\w+|перекрыва\w+"
    r"|крутится)\b"
)
"""What was advised cannot be done."""
ADVICE = re.compile(
    r"\b(окн|выход|выйти|откры|закры|трога|выключ|включ|перекр|кран|делать|ждать|двер|опасн|взорв|долго|звонить"
    r"|позвонить|номер|дальше)"
)
ASSENT = re.compile(
    r"\b(?:да|ага|угу|ок|окей|конечно|давай\w*|сообщ\w+|переда[йвт]\w*|вызыва\w+|вызов\w+|зови\w*|позови\w*|ладно"
    r"|хорошо|надо|нужно"
    r"|пожалуйста|обязательно|разумеется|естественно|пусть|можно|согласн\w+|валяй\w*|именно|верно|правильно|скор\w+"
    r"|быстр\w+)\b"
)
"""One of these is in what agrees: «это точно газ» does not."""
TO_DO = re.compile(r"\w(?:ть|ти)(?:ся)?\b")
"""«А окно открыть»: whether to do that is asked."""
TO_CALL = re.compile(r"\b(?:куда|кому|по какому|какой)\b.*\b(?:звон|позвон|набра|набир|номер|телефон)")
_THEN = r"(?:мне|нам|теперь|пока|дальше|тогда|же|то|а|и|что|просто|еще|сейчас|надо|нужно)"
WHAT_NOW = re.compile(
    rf"{LEADS}(?:{_THEN} )*(?:(?:что|чего|че|чо|как) (?:{_THEN} )*(?:делать|быть|дальше|пока|предпринять)"
    rf"|(?:просто )?ждать)"
    rf"(?: (?:{_THEN}|с этим|самой|самому|их|до приезда|пока не приедут|они))*"
    r"|.*\b(?:что|чего|че) (?:мне |нам )?(?:теперь |пока |дальше |тогда )*(?:делать|дальше)"
    r"(?: (?:то|пока|теперь|дальше))*"
)
"""«А мне что делать то», «выключила автомат, что дальше»."""
AFRAID = re.compile(
    r"\b(?<!не )(?:страшн\w*|бо[юи]\w+|ужас\w*|паник\w+|помогите|помоги|спасите|умира\w+|плачу|господи|мамочк\w+"
    r"|кошмар|трясет\w*)\b"
)
GOES_WITH_YES = re.compile(
    r"(?:да|ага|угу|конечно|давай(?:те)?)(?: (?:да|конечно|давай(?:те)?|страшно|боюсь|скорее|скорей|быстрее"
    r"|побыстрее|поскорее|срочно"
    r"|пожалуйста|помогите|спасите|очень|надо|нужно|сильно|плохо|нам|мне|уже|только|и|сообщ\w+|переда\w+|вызыва\w+"
    r"|вызови\w*|зови\w*"
    r"|говори\w*|скажи\w*|звони\w*|пусть|едут|приедут|приезжа\w+|присыла\w+))*"
)
"""A yes in fear, or in a hurry."""
BIDS = re.compile(
    rf"{LEADS}(?:конечно |пожалуйста |тогда |уже )*(?:сообщ(?:и|ите|ай|айте)|переда(?:й|йте|вай|вайте)|вызыва(?:й"
    rf"|йте)|вызов(?:и|ите)"
    r"|(?:по)?зов(?:и|ите)|(?:по)?звон(?:и|ите)|присыла(?:й|йте)|пришл(?:и|ите)|приезжа(?:й|йте)|посыла(?:й|йте)"
    r"|высыла(?:й|йте))"
    r"(?: (?:им|ему|диспетчер\w*|уже|скорее|быстрее|пожалуйста|срочно|вызов|бригаду|аварийк\w|аварийную|службу"
    r"|кого нибудь"
    r"|мастера|сантехника|электрика|туда|сюда|к нам|нам|мне))*"
)
"""«Сообщите», «вызывайте скорее»."""
_BIDS = r"(?:сообщ(?:и|ите|ай|айте)|переда(?:й|йте|вай|вайте)|вызыва(?:й|йте)|вызов(?:и|ите))"
YES_AND = re.compile(
    rf"^\W*(?:да|ага|угу|конечно|{_BIDS})\b(?:\W+(?:да|конечно|{_BIDS})\b)*"
    r"(?:\s*[,.!;]+\s*(?:и |а |ещ[её] )*|\s+(?P<bare>и) )(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
"""A yes, and what else is on one's mind: «да!! и акт о заливе нужен»."""
WANTS = re.compile(r"\b(?:нуж[ен]\w*|надо|хочу|прошу|запиши\w*|оформи\w*|состав\w+|пришли\w*)\b", re.IGNORECASE)
"""«Да и акт нужен» is a yes, «да и потолок уже мокрый» goes on telling."""
TAKES_BACK = re.compile(r"\b(?:но|не|нет|только|сначала|потом|погод\w+|подожд\w+|стой\w*|если|может|слушаю|алло)\b")
GENTLE = frozenset({"water", "above", "other", "spark", "smell"})
"""Dangers of which the speaker may say that they are none."""
ORDINARY = re.compile(
    r"\b(?:не авари\w*|какая (?:там |еще |уж )?авари\w+|без авари\w+|не аварийн\w+|обычн(?:ого|ую|ый|ая)"
    r"|это не (?:опасно|срочно|страшно)|не (?:так )?(?:опасно|срочно)|ничего (?:опасного|страшного|срочного)|не горит"
    r"|просто (?:воняет|пахнет|капает|подтекает|заявк\w+|мастер\w*|сантехник\w*|электрик\w*)"
    r"|(?:оставь|оставить|сделай|сделать|примите|прими|оформи|оформить|запиши|записать|подать)\w* (?:\w+ )?заявк\w+"
    r"|заявк\w+ (?:оставь|оставить|сделай|прими|оформи|запиши|подать|нужн|надо|просто)\w*)\b"
    r"|^(?=.*\b(?:завтра|послезавтра|потом|понедельник|на неделе)\b).*\b(?:сантехник|электрик|слесар|мастер|плотник)"
)
"""«Какая авария, сантехника надо», «завтра электрика можно»: an ordinary request is wanted."""
EMPTY_LIFT = re.compile(
    r"(?=.*\b(?:людей (?:там )?нету?|нету? людей|(?:внутри|там|в нем|в лифте|в кабине) никого|пуст(?:ой|ая)|без людей"
    r"|никого (?:там |в нем |внутри |в лифте |в кабине )*(?:нету?|внутри|там|в лифте|в кабине)"
    r"|никто (?:там |в нем )?не (?:застрял|сидит)))"
    r"(?:(?:нету?|да|но|а|там|в нем|внутри|в лифте|в кабине|он|она|лифт|кабина|людей|никого|никто|говорю|же|просто|не"
    r"|застряли?|застрял|сидит|стоит|уже|без|работает|слава богу|пуст(?:ой|ая))(?: |$))+"
)
"""«Нет, людей нет, кабина пустая»: a lift to be mended."""
_SMELLS = r"запах\w*|пах(?:нет|ло|нул\w*)|воня\w+|вонь|вонища|вони|несет|тянет|смердит"
FOUL = re.compile(
    r"канализац|тухл|гнил|сырост|плесен|мусор|помо[йи]|туалет|фекал|говн|кошк|кошач|собач|крыс|краск|табак|сигарет"
    r"|курят|стояк|сточн|нечистот|мертвечин|дохл"
)
GRAVE = re.compile(
    r"\bгаз|\bгар[ьи]|дым|жжен|горел|гор[ия]т|пален|плавле|провод|розетк|угар|\bток|затоп|залив|льет|льёт|хлещ"
    r"|прорв|топит|фонтан"
)


def of(text: str, said: Understanding, before: str) -> str:
    """Which danger it is: `gas`, `fire`, `spark`, `lift`, `water`, `heat` or `other`. before: what was told earlier."""
    if "застря" in text.lower() and "лифт" in before.lower():
        return "lift"
    for told in (text, before):
        lowered = f" {told.lower().replace('ё', 'е')}"
        for name, stems in _stems().items():
            if any(stem in lowered for stem in stems):
                return name
    resource = said.slots.get("resource")
    return {"gas": "gas", "electricity": "spark", "heat": "water"}.get(str(resource), "other")


def in_a_lift(text: str) -> str:
    """Who is stuck: the speaker, a child that speaks, or somebody else."""
    lowered = text.lower()
    if CHILD.search(lowered):
        return "lift_child"
    return "lift_other" if SOMEBODY.search(lowered) and not ONESELF.search(lowered) else "lift"


def is_foul_only(text: str) -> bool:
    """Whether a phrase tells of a bad smell and of nothing that burns, leaks or explodes.

    >>> is_foul_only("из-под ванной запах канализации"), is_foul_only("пахнет газом из подвала")
    (True, False)
    """
    words = plain(text)
    return re.search(rf"\b(?:{_SMELLS})\b", words) is not None and bool(FOUL.search(words)) and not GRAVE.search(words)


def is_grave(text: str) -> bool:
    """Whether something that burns, leaks or explodes is named."""
    return GRAVE.search(plain(text)) is not None


def is_ordinary(text: str, danger: str) -> bool:
    """Whether the speaker wants a worker rather than help in danger.

    >>> is_ordinary("какая авария, просто воняет", "water"), is_ordinary("пришлите мастера", "water")
    (True, False)
    """
    if danger.startswith("lift"):
        return EMPTY_LIFT.fullmatch(plain(text)) is not None
    return danger in GENTLE and ORDINARY.search(plain(text)) is not None and not GRAVE.search(plain(text))


def agreed(text: str) -> bool:
    """«Да страшно», «вызывайте скорее»: a yes to the question whether somebody is to be told."""
    return any(form.fullmatch(plain(text)) for form in (GOES_WITH_YES, BIDS))


def is_yes(text: str) -> bool:
    """Whether what was understood as a yes may be one: it asks nothing, and there is a word of assent.

    >>> is_yes("да"), is_yes("это точно газ"), is_yes("да?")
    (True, False, False)
    """
    return not text.rstrip().endswith("?") and ASSENT.search(plain(text)) is not None


def is_advice_asked(text: str) -> bool:
    """«А окна открыть?»"""
    words = plain(text)
    return ADVICE.search(words) is not None and (asks(text) or TO_DO.search(words) is not None)


def beside_yes(text: str) -> str:
    """What is said in one breath with a yes; empty without it, and where it takes the yes back.

    >>> beside_yes("да!! и акт о заливе нужен"), beside_yes("да и потолок мокрый"), beside_yes("да, но уже не течёт")
    ('акт о заливе нужен', '', '')
    """
    found = YES_AND.match(text)
    if found is None or TAKES_BACK.search(plain(found["rest"])):
        return ""
    rest = found["rest"].strip()
    return rest if not found["bare"] or asks(rest) or WANTS.search(rest) else ""


def is_told(text: str) -> bool:
    """Whether a phrase states something: it neither asks nor only cries out."""
    return not asks(text) and not AFRAID.search(plain(text))


@cache
def _stems() -> dict[str, list[str]]:
    return dict(yaml.safe_load(files("skill.dialogue").joinpath("dangers.yaml").read_text("utf-8")))
