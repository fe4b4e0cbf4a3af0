"""Every setting of the server in one typed object: from the environment (`ZHKU_…`) and an optional TOML file.

Precedence: arguments, environment, the file named by `ZHKU_CONFIG`, the defaults below.
"""

import errno
import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "ZHKU_"
CONFIG = "ZHKU_CONFIG"
NO_SETTINGS = frozenset({CONFIG, "ZHKU_VOSK_MODEL", "ZHKU_MQTT_PASSWORD"})
"""Variables of ours that are read elsewhere."""
OF_TESTS = ("ZHKU_BENCH_", "ZHKU_SAMPLES", "ZHKU_ALICEIO_")
HOURS = r"^\d{1,2}:\d{2}–\d{1,2}:\d{2}$"


class Settings(BaseSettings):
    """Settings of one installation. Sizes in bytes, times in the unit the name ends with."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("zhku-voice"), description="Where the books live.")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the data folder.")
    company: str = Field("вашей управляющей компании", description="The company's name in the greeting, genitive.")
    law_file: Path | None = Field(None, description="Key rates, days off, terms of repairs: newer, or the company's.")
    operator_phone: str = Field("", description="The telephone number given to those who need a person.")
    operator_hours: str = Field("8:00–20:00", pattern=HOURS, description="When operators answer, local time.")
    console_password: str = Field("", description="Login of the operators' page; empty: made once and kept.")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on.")
    workers: int = Field(2, ge=1, description="Server processes.")
    threads: int = Field(8, ge=1, description="Threads in each server process.")

    proxies: int = Field(0, ge=0, description="Proxies of yours before the server; their X-Forwarded-For is believed.")

    alice_secret: str = Field("", description="Last part of the Alice webhook's path; empty: made once and kept.")
    alice_skill_ids: frozenset[str] = Field(frozenset(), description="Alice skills let in; empty: any.")
    alice_from_yandex_only: bool = Field(False, description="Refuse Alice's calls from outside Yandex's networks.")
    alice_purchase_key: str = Field("", description="Yandex's public key for purchases, PEM; empty: none is believed.")
    marusia_secret: str = Field("", description="Last part of VK Marusya's webhook path; empty: no such door.")
    salute_secret: str = Field("", description="The same of Sber Salute.")
    alexa_secret: str = Field("", description="The same of Amazon Alexa.")
    alexa_skill_ids: frozenset[str] = Field(frozenset(), description="Alexa skills let in; empty: any.")
    alexa_signed: bool = Field(False, description="Refuse calls that Amazon has not signed, as public skills must.")
    alexa_certificates: str = Field("https://s3.amazonaws.com/echo.api/", description="Amazon's store of certificates.")
    alexa_roots: str = Field("", description="Root certificates that Amazon's chain may end at; empty: certifi's.")
    dialogflow_es_secret: str = Field("", description="The same of Dialogflow ES.")
    dialogflow_cx_secret: str = Field("", description="The same of Dialogflow CX.")
    actions_builder_secret: str = Field("", description="The same of Google's Actions Builder.")
    actions_project: str = Field("", description="Its Google project; then Google's signature is demanded; empty: no.")
    dialogflow_password: str = Field("", description="Password of Basic authentication Dialogflow sends; empty: none.")
    dialogflow_caller: str = Field("", description="Service account whose ID token Dialogflow sends; empty: none.")
    dialogflow_audience: str = Field("", description="Audience of that token: the webhook's address.")
    google_metadata: str = Field(
        "https://accounts.google.com/.well-known/openid-configuration", description="Keys of Google's ID tokens."
    )
    widget_sites: frozenset[str] = Field(frozenset(), description="Sites that may carry the widget: https://….")
    oauth_client_id: str = Field("", description="Client id for account linking, as given to Yandex; empty: none.")
    oauth_client_secret: str = Field("", description="Its secret.")
    oauth_redirect_uris: frozenset[str] = Field(
        frozenset({"https://social.yandex.net/broker/redirect"}), description="Where linking may return to, exactly."
    )
    answer_seconds: float = Field(0, ge=0, description="Time for an assistant's answer; 0: the platform's less 1 s.")

    public_url: str = Field("", description="Where the world reaches this server: https://….")
    telegram_secret: str = Field("", description="The secret_token of Telegram's setWebhook; empty: no such door.")
    telegram_token: str = Field("", description="Telegram bot token.")
    telegram_provider_token: str = Field("", description="Payment provider's token from BotFather; empty: links only.")
    telegram_api: str = Field("https://api.telegram.org", description="Telegram Bot API, or a relay to it.")
    max_secret: str = Field("", description="The secret of the MAX subscription; empty: no such door.")
    max_token: str = Field("", description="MAX bot token.")
    max_api: str = Field("https://platform-api2.max.ru", description="MAX Bot API.")
    max_ca_file: str = Field("", description="Certificate bundle for MAX (its chain ends at the Минцифры root).")
    whatsapp_app_secret: str = Field("", description="Secret of the Meta app; empty: no WhatsApp door.")
    whatsapp_verify_token: str = Field("", description="The word that Meta repeats when it checks the address.")
    whatsapp_token: str = Field("", description="WhatsApp Cloud access token.")
    whatsapp_api: str = Field("https://graph.facebook.com/v23.0", description="Meta Graph API with its version.")
    viber_token: str = Field("", description="Viber account token, signs both ways; empty: no such door.")
    viber_name: str = Field("ЖКУ", max_length=28, description="Sender's name in Viber.")
    viber_api: str = Field("https://chatapi.viber.com", description="Viber API.")
    bot_app_id: str = Field("", description="Bot Framework app id; empty: no such door, unless for the emulator.")
    bot_password: str = Field("", description="Bot Framework app password.")
    bot_tenant: str = Field("botframework.com", description="Directory of the app; a tenant id for single-tenant bots.")
    bot_login: str = Field("https://login.microsoftonline.com", description="Where Bot Framework tokens come from.")
    bot_metadata: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration", description="Keys of Bot Framework."
    )
    bot_emulator: bool = Field(False, description="Let the Bot Framework emulator of this machine in, unsigned.")
    yookassa_shop_id: str = Field("", description="Shop id at ЮKassa; with its key, bills are paid there.")
    yookassa_secret_key: str = Field("", description="The shop's secret key.")
    yookassa_api: str = Field("https://api.yookassa.ru/v3", description="ЮKassa's API.")
    yookassa_check_address: bool = Field(False, description="Refuse webhooks from outside ЮKassa's networks.")
    smartpay_token: str = Field("", description="Token of the SmartPay project: bills are paid in Salute's own window.")
    smartpay_service_id: str = Field("", description="The project's service_id.")
    smartpay_api: str = Field("https://smartpay.devices.sberbank.ru/smartpay/v1", description="SmartPay's API.")
    smartpay_ca_file: str = Field("", description="Further certificates to trust for SmartPay (the Минцифры root).")
    smartpay_tax_system: int = Field(0, ge=0, le=5, description="Tax system as SmartPay numbers it; 0: general.")
    smartpay_tax_type: int = Field(0, ge=0, description="VAT as SmartPay numbers it; 0: none.")
    payment_sandbox_secret: str = Field("", description="Signs webhooks of the sandbox payment provider; empty: none.")
    payment_fee_percent: Decimal = Field(Decimal(0), ge=0, le=20, description="Commission on top of a payment, %.")
    payment_fee_at_least: int = Field(0, ge=0, description="The least commission, kopecks.")
    payment_fee_at_most: int | None = Field(None, ge=0, description="The most commission, kopecks; empty: no bound.")
    autopay: bool = Field(False, description="Offer on the bill's page to pay later bills by themselves.")
    fiscal_receipts: bool = Field(False, description="Have the provider make a fiscal receipt (54-ФЗ) of a payment.")
    fiscal_contact: str = Field("", description="E-mail for receipts of payers who gave no address of theirs.")
    fiscal_vat_code: int = Field(1, ge=1, le=12, description="VAT in the receipt as ЮKassa numbers it; 1: none.")
    fiscal_tax_system: int | None = Field(None, ge=1, le=6, description="Tax system likewise; empty: the shop's own.")

    sms_url: str = Field("", description="Where the SMS gateway takes messages, by POST; empty: no SMS are sent.")
    sms_body: str = Field(
        '{"to": "{phone}", "text": "{text}"}', description="JSON it wants; {phone} and {text} are filled in."
    )
    sms_form: bool = Field(False, description="Send these fields as a form instead of JSON.")
    sms_authorization: str = Field("", description="Authorization header for the gateway (a secret).")
    sms_taken: str = Field("", description="Regular expression in the gateway's answer to a message it took.")
    smtp_host: str = Field("", description="Mail server; empty: no e-mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the mail server is reached.")
    smtp_user: str = Field("", description="Login at the mail server; empty: none.")
    smtp_password: str = Field("", description="Its password.")
    mail_from: str = Field("", description="Sender of e-mails: address, or name and <address>.")
    send_codes: bool = Field(False, description="Send one-time codes to the contact of an account, if one asks.")
    jobs_in_background: bool = Field(True, description="Reminders, standing orders and deletions run in the server.")
    send_in_background: bool = Field(True, description="Messages go out by a thread of each server process.")

    max_json_bytes: int = Field(262_144, gt=0, description="Largest JSON body.")
    max_audio_bytes: int = Field(8_388_608, gt=0, description="Largest audio body.")
    max_audio_seconds: int = Field(60, gt=0, description="Longest utterance.")
    hearing_at_once: int = Field(4, ge=1, description="Utterances recognised at once in a process; more wait.")
    hearing_queue: int = Field(16, ge=0, description="Utterances that may wait; more are told to come again (503).")
    visitors_per_hour: int = Field(60, ge=1, description="Page visitors let in from one address in an hour.")

    session_idle_minutes: int = Field(15, ge=1, description="After so long a silence a conversation starts anew.")
    turns_kept_days: int = Field(7, ge=1, description="How long answered turns are kept for repeated deliveries.")
    link_attempts: int = Field(5, ge=1, description="Wrong bill codes before linking locks.")
    link_lock_minutes: int = Field(30, ge=1, description="How long linking stays locked.")

    voice: str = Field("ru", description="Voice of spoken answers: espeak-ng's, or a Piper voice's file (.onnx).")
    words_per_minute: int = Field(160, ge=80, le=400, description="Speed of the spoken answers.")

    line_host: str = Field("127.0.0.1", description="Address the telephone line listens on; AudioSocket has no login.")
    line_audiosocket_port: int = Field(9092, ge=0, le=65535, description="AudioSocket port of the telephone line.")
    line_vosk_port: int | None = Field(None, ge=0, le=65535, description="Port of the vosk-server door; empty: none.")
    line_websocket_port: int | None = Field(None, ge=0, le=65535, description="Calls by WebSocket; empty: none.")
    line_wyoming_port: int | None = Field(None, ge=0, le=65535, description="Port for Home Assistant; empty: none.")
    line_metrics_port: int = Field(0, ge=0, le=65535, description="Port of the line's own /metrics; 0: none.")
    line_secret: str = Field("", description="Key of the dialplan's lookups and of calls by WebSocket; empty: none.")
    line_announced_calls_only: bool = Field(False, description="Refuse calls the dialplan has not announced.")
    line_audio_format: Literal["auto", "slin", "slin16"] = Field("auto", description="What AudioSocket kind 0x10 is.")
    line_announcement: str = Field("", description="Said before the greeting, e.g. that the call is recorded.")
    line_recordings: Path | None = Field(None, description="Folder where calls are kept as sound; empty: they are not.")
    line_recordings_kept_days: int = Field(30, ge=1, description="How long recordings of calls are kept.")
    line_outgoing_folder: Path | None = Field(
        None, description="Asterisk's spool/outgoing: calls out by file; empty: none."
    )
    line_ari_url: str = Field("", description="Asterisk's REST interface for calls out, …/ari; empty: not used.")
    line_ari_user: str = Field("", description="User of that interface.")
    line_ari_password: str = Field("", description="The user's password.")
    line_outgoing_channel: str = Field("PJSIP/{number}@trunk", description="How Asterisk dials a number.")
    line_outgoing_hours: str = Field("10:00–20:00", pattern=HOURS, description="When residents may be called.")
    line_words_per_minute: int = Field(150, ge=80, le=400, description="Speed of speech on the telephone.")
    line_max_calls: int = Field(20, ge=1, description="Calls at once; one more goes to the operators.")
    line_longest_call_minutes: int = Field(20, ge=1, description="Then the call goes to the operators.")
    line_hearing_threads: int = Field(2, ge=1, description="Utterances recognised at once; as many as cores.")
    calls_kept_days: int = Field(180, ge=1, description="How long records of calls are kept.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        named = os.environ.get(CONFIG)
        if named and not Path(named).is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), named)
        file = (TomlConfigSettingsSource(settings_cls, Path(named)),) if named else ()
        return (init_settings, env_settings, *file)

    @cached_property
    def database(self) -> str:
        """The database's URL; the SQLite default lies in the data folder, which is made if need be."""
        if self.database_url:
            return self.database_url
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return f"sqlite:///{self.data_dir / 'zhku.sqlite3'}"

    @cached_property
    def secret_of_alice(self) -> str:
        """The webhook's secret: as set, else made at first use and kept in the data folder, readable by its owner."""
        return self.alice_secret or self._kept("alice_secret")

    @cached_property
    def password_of_console(self) -> str:
        """The operators' password: as set, else made at first use and kept in the data folder."""
        return self.console_password or self._kept("console_password")

    @cached_property
    def secret_of_links(self) -> str:
        """Signs links to bills; made at first use and kept in the data folder."""
        return self._kept("link_secret")

    def _kept(self, name: str) -> str:
        """The secret in a file, made at first use: whole or not at all, the same for all who make it at once."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.data_dir / name
        if not file.exists():
            with NamedTemporaryFile("w", encoding="ascii", dir=self.data_dir, prefix=f".{name}-") as whole:
                whole.write(secrets.token_urlsafe(24))
                whole.flush()
                os.fsync(whole.fileno())
                with suppress(FileExistsError):
                    os.link(whole.name, file)
        value = file.read_text("ascii").strip()
        if not value:
            raise ValueError(f"the secret in {file} is empty: delete the file, and another is made")
        return value


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Variables and keys of the file that look like settings and are none: a slip of the pen. Raises OSError,
    TOMLDecodeError."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | NO_SETTINGS
    ours = (name for name in environment if name.upper().startswith(PREFIX) and not name.startswith(OF_TESTS))
    slips = sorted(name for name in ours if name.upper() not in known)
    if file := environment.get(CONFIG):
        keys = tomllib.loads(Path(file).read_text("utf-8"))
        slips += [f"{key} in {file}" for key in keys if key not in Settings.model_fields]
    return slips
