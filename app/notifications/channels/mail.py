"""E-mail: HTML and text in one message, by SMTP, with a Message-ID that stays the same however often it is sent."""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cached_property

from app.notifications.channels.base import (
    OutboundMessage,
    SendResult,
    SendTarget,
    delivered,
    failed,
    refused,
)
from app.notifications.models import ChannelKind
from app.settings import MailSecurity, Settings


class MailChannel:
    """One connection for each letter; the server is the city's own or its provider's, named by settings."""

    kind = ChannelKind.MAIL

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def pauses(self) -> Sequence[timedelta]:
        return self._settings.mail_pauses

    def send(self, letter: OutboundMessage, target: SendTarget) -> SendResult:
        """4xx answers and a server out of reach may go better later; 5xx will not (RFC 5321 4.2.1)."""
        message = compose(letter, sender=self._settings.mail_from, to=target.address)
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            return _answered(code, answer, "recipient_refused")
        except smtplib.SMTPAuthenticationError as error:
            # The service's own password is wrong: not the recipient's fault, and mended by the bureau.
            return failed("smtp_login_refused", status=error.smtp_code)
        except smtplib.SMTPNotSupportedError as error:
            return failed("smtp_not_supported", excerpt=str(error))
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, error.smtp_error, "smtp_refused")
        except (smtplib.SMTPException, OSError) as error:
            return failed(f"smtp_unreachable: {type(error).__name__}")
        return delivered(250)

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        host, port = str(settings.smtp_host), settings.smtp_port
        seconds = settings.mail_timeout.total_seconds()
        server: smtplib.SMTP
        if settings.smtp_security is MailSecurity.TLS:
            server = smtplib.SMTP_SSL(host, port, timeout=seconds, context=self._tls)
        else:
            server = smtplib.SMTP(host, port, timeout=seconds)
        try:
            if settings.smtp_security is MailSecurity.STARTTLS:
                server.starttls(context=self._tls)
            if settings.smtp_username is not None and settings.smtp_password is not None:
                server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.smtp_ca_file)


def compose(letter: OutboundMessage, *, sender: str, to: str) -> EmailMessage:
    """The mail. Unsubscribing takes one click in the mail program (RFC 8058)."""
    content = letter.content
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(content.subject.split())
    message["Date"] = format_datetime(letter.written_at)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "sanku.invalid"
    message["Message-ID"] = f"<{letter.delivery_id}@{domain}>"
    message["X-Sanku-Message-Id"] = str(letter.message_id)
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url is not None:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(content.text)
    message.add_alternative(content.html, subtype="html")
    return message


def _answered(code: int, answer: bytes | str, error: str) -> SendResult:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    tell = refused if 500 <= code < 600 else failed
    return tell(error, status=code, excerpt=text)
