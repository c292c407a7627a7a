"""The commands `sanku backup` and `sanku restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import (
    exit_if_refused,
    load_settings,
    opened_database,
    print_error,
    progress,
    write_json,
)

if TYPE_CHECKING:
    from app.store.backup.manifest import Manifest

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def backup(
    archive: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    recipients: Annotated[
        list[str] | None,
        typer.Option(
            "--recipient",
            help="Encrypt for this age public key (age1…); may be repeated. Keys are then included.",
        ),
    ] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Include the keys although the archive is not encrypted.")
    ] = False,
    without_files: Annotated[
        bool,
        typer.Option("--without-files", help="Leave uploaded files out, which a bucket may keep itself."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write one archive with the database, the uploaded files and, if encrypted, the keys. Services may run.

    Exit status 1 if files are missing: everything else is in the archive.
    """
    from app.encryption.signature_keys import key_in, public_key
    from app.engagements.files.storage import open_raw_store
    from app.store.backup.creation import back_up
    from app.store.backup.refusal import BackupRefusedError

    settings = load_settings()
    with (
        exit_if_refused(BackupRefusedError),
        opened_database(settings) as database,
        progress("backing up (备份)") as bar,
    ):
        manifest = back_up(
            database,
            settings,
            None if without_files else open_raw_store(settings),
            archive,
            recipients=recipients or (),
            with_keys=with_keys or bool(recipients),
            on_part=lambda _, done, total: bar(done, total),
        )
    signer = public_key(key_in(settings.backup_key_file))
    _show(manifest, "backed up (已备份)", as_json=as_json, signer=signer)
    if not as_json:
        typer.echo(f"signed; restoring it needs --signer (已签名，恢复时需要) {signer}")
    _end_if_files_are_missing(manifest)


def _end_if_files_are_missing(manifest: "Manifest") -> None:
    if manifest.missing:
        print_error(
            f"{len(manifest.missing)} files are missing in the store; run `sanku check` "
            f"(有 {len(manifest.missing)} 个文件丢失，请运行 sanku check)",
            style="red",
        )
        raise typer.Exit(1)


def restore(
    archive: Annotated[Path, typer.Argument(help="A file that `sanku backup` has written.", exists=True)],
    identity: Annotated[
        Path | None,
        typer.Option(
            help="File with the age identity (AGE-SECRET-KEY-1…) of an encrypted archive.", exists=True
        ),
    ] = None,
    signers: Annotated[
        list[str] | None,
        typer.Option(
            "--signer",
            help="Public key that the archive should be signed by, as `sanku backup` showed it; may be repeated. "
            "Default: the key of this SANKU_HOME, if it has one.",
        ),
    ] = None,
    unsigned: Annotated[
        bool,
        typer.Option(
            "--unsigned",
            help="Ask for no signature: archives of earlier releases, from a safe place, have none.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty installation, on SQLite or PostgreSQL; then run `sanku check`."""
    from app.engagements.files.storage import open_raw_store
    from app.store.backup.refusal import BackupRefusedError
    from app.store.backup.restoration import restore as restore_store
    from app.store.backup.signature import ANYBODY, Signers

    settings = load_settings()
    with exit_if_refused(BackupRefusedError), progress("restoring (恢复)") as bar:
        manifest = restore_store(
            archive,
            settings,
            open_raw_store(settings),
            signers=ANYBODY if unsigned else Signers.of(settings, signers or ()),
            identity=identity,
            on_table=lambda _, done, total: bar(done, total),
        )
    _show(manifest, "restored (已恢复)", as_json=as_json)


def _show(manifest: "Manifest", what: str, *, as_json: bool, signer: str | None = None) -> None:
    from app.store.backup.manifest import FILES

    files = sum(name.startswith(FILES) for name in manifest.members)
    rows = sum(manifest.rows.values())
    if as_json:
        write_json({"created_at": manifest.created_at.isoformat(), "revision": manifest.revision, "rows": rows,
                    "files": files, "missing": manifest.missing} | ({"signer": signer} if signer else {}))  # fmt: skip
    else:
        typer.echo(
            f"{what}: {rows} rows, {files} files, of {manifest.created_at:%Y-%m-%d %H:%M} UTC "
            f"(数据 {rows} 行，文件 {files} 个)"
        )
