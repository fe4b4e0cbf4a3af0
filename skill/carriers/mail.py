"""E-mail through the company's own mail server (SMTP)."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

import httpx

from skill.carriers.carrier import Carrier, Letter
from skill.channels.channel import Verdict
from skill.settings import Settings

TIMEOUT_SECONDS = 20
TEMPORARY = range(400, 500)


def send(_http: httpx.Client, settings: Settings, letter: Letter) -> Verdict:
    """Hand a letter to the mail server: 4xx answers mean later, 5xx never (RFC 5321 § 4.2.1)."""
    try:
        with _connected(settings) as server:
            server.send_message(message(settings, letter))
    except smtplib.SMTPRecipientsRefused as refused:
        return _verdict(*next(iter(refused.recipients.values())))
    except smtplib.SMTPResponseException as refused:
        return _verdict(refused.smtp_code, refused.smtp_error)
    return Verdict()


def message(settings: Settings, letter: Letter) -> EmailMessage:
    """The letter as it travels; its Message-ID is the same each time it is sent."""
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = settings.mail_from, letter.to, letter.subject
    found["Date"] = formatdate(usegmt=True)
    found["Message-ID"] = f"<{letter.name}@{parseaddr(settings.mail_from)[1].rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(letter.text)
    return found


def _connected(settings: Settings) -> smtplib.SMTP:
    """Raises OSError (and smtplib's own) when the server is out of reach or will not let us in."""
    where = settings.smtp_host, settings.smtp_port
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _verdict(code: int, said: bytes | str) -> Verdict:
    if code in TEMPORARY:
        return Verdict(again_in=0)
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return Verdict(refused=f"{code} {text[:200]}")


CARRIER = Carrier("email", lambda settings: bool(settings.smtp_host and settings.mail_from), send)
