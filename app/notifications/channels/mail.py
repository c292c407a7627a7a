"""E-mail over SMTP: HTML and plain text in one message, with the same Message-ID at every attempt."""

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
    """Opens one connection for each message, to the SMTP server of the settings."""

    kind = ChannelKind.MAIL

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def retry_schedule(self) -> Sequence[timedelta]:
        return self._settings.mail_pauses

    def send(self, message: OutboundMessage, target: SendTarget) -> SendResult:
        """4xx replies and unreachable servers are temporary failures; 5xx replies are permanent (RFC 5321 4.2.1)."""
        mail = compose(message, sender=self._settings.mail_from, to=target.address)
        try:
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            return _result_of(code, reply, "recipient_refused")
        except smtplib.SMTPAuthenticationError as error:
            # The service's own credentials are wrong; an administrator can correct them, so the message is retried.
            return failed("smtp_login_refused", status=error.smtp_code)
        except smtplib.SMTPNotSupportedError as error:
            return failed("smtp_not_supported", excerpt=str(error))
        except smtplib.SMTPResponseException as error:
            return _result_of(error.smtp_code, error.smtp_error, "smtp_refused")
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


def compose(message: OutboundMessage, *, sender: str, to: str) -> EmailMessage:
    """The e-mail for a message, with one-click unsubscription (RFC 8058)."""
    content = message.content
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = " ".join(content.subject.split())
    mail["Date"] = format_datetime(message.written_at)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "sanku.invalid"
    mail["Message-ID"] = f"<{message.delivery_id}@{domain}>"
    mail["X-Sanku-Message-Id"] = str(message.message_id)
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url is not None:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(content.text)
    mail.add_alternative(content.html, subtype="html")
    return mail


def _result_of(code: int, reply: bytes | str, error: str) -> SendResult:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    report = refused if 500 <= code < 600 else failed
    return report(error, status=code, excerpt=text)
