"""The commands `sanku keys …`: the ring of encryption keys."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import load_settings, prepared_database, print_error, progress, write_json, write_secret

if TYPE_CHECKING:
    from app.database import Database
    from app.settings import Settings

commands = typer.Typer(help="The encryption keys (加密密钥).", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@commands.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Show the keys of the ring with their algorithms, and how many values and files each has encrypted, also how many
    are in clear text."""
    from app.encryption.keys import current_ring
    from app.engagements.files.encrypted_storage import open_store
    from app.store.reencryption import all_by_key

    settings = load_settings()
    database = prepared_database(settings)
    counted = all_by_key(database, open_store(settings))
    database.dispose()
    ring = current_ring()
    shown = {id_: counted.pop(id_, 0) for id_ in ring.keys}
    if as_json:
        algorithms = {id_: key.algorithm for id_, key in ring.keys.items()}
        write_json({"newest": ring.newest.id, "keys": shown, "algorithms": algorithms, "others": counted})
        return
    for id_, number in shown.items():
        newest = ", newest (最新)" if id_ == ring.newest.id else ""
        typer.echo(f"{id_}: {number}, {ring.keys[id_].algorithm}{newest}")
    for id_, number in sorted(counted.items()):
        print_error(f"{id_}: {number}", style="red")
    if ring.newest.algorithm != settings.encryption_algorithm:
        print_error(
            f"the newest key is for {ring.newest.algorithm}, SANKU_ENCRYPTION_ALGORITHM is "
            f"{settings.encryption_algorithm}: `sanku keys rotate` makes such a key (最新密钥使用 "
            f"{ring.newest.algorithm}，设置为 {settings.encryption_algorithm}，请运行 sanku keys rotate)"
        )


@commands.command("rotate")
def rotate(
    later: Annotated[bool, typer.Option("--later", help="Do not encrypt stored values again now.")] = False,
) -> None:
    """Add a new key to the file of keys, which encrypts everything from now on, and encrypt what is stored again.

    Services may run; they notice the new key within a second. Back up the file of keys afterwards. Where the keys come
    from the environment or a command, this prints a new key, to be added there as the last one. The key is for
    SANKU_ENCRYPTION_ALGORITHM.
    """
    from app.encryption.algorithms import KeyAlgorithm
    from app.encryption.keys import use_keys
    from app.encryption.ring import KeysUnusableError, new_entry, next_id

    settings = load_settings()
    database = prepared_database(settings)
    try:
        entry = new_entry(next_id(_all_ids(database)), KeyAlgorithm(settings.encryption_algorithm))
    except KeysUnusableError:
        database.dispose()
        raise
    path = settings.encryption_keys_path
    if path is None:
        database.dispose()
        print_error(
            "add this key behind the others, restart all processes, then run `sanku keys reencrypt` "
            "(请将此密钥添加到最后，重启全部进程，再运行 sanku keys reencrypt)"
        )
        typer.echo(entry)
        return
    text = path.read_text(encoding="ascii").rstrip("\n") if path.exists() else ""
    write_secret(path, "\n".join([*([text] if text else []), entry]) + "\n")
    use_keys(settings)
    print_error(f"key {entry.partition(':')[0]} added (已添加密钥): {path}")
    if later:
        database.dispose()
        return
    _reencrypt(settings, database)


@commands.command("reencrypt")
def reencrypt() -> None:
    """Encrypt every stored value and file by the newest key. May be interrupted and run again; services may run.

    Exit status 1 if one of them cannot be decrypted.
    """
    settings = load_settings()
    _reencrypt(settings, prepared_database(settings))


@commands.command("drop")
def drop(key_id: Annotated[str, typer.Argument(help="A key that `sanku keys list` shows.")]) -> None:
    """Remove a key that nothing uses from the file of keys. Older backups need the keys of their time."""
    from app.encryption.keys import current_ring
    from app.engagements.files.encrypted_storage import open_store
    from app.store.reencryption import all_by_key

    settings = load_settings()
    database = prepared_database(settings)
    ring = current_ring()
    used = all_by_key(database, open_store(settings))[key_id]
    if key_id not in ring.keys:
        raise RuntimeError(f"the ring has no key {key_id} (没有密钥 {key_id})")
    if key_id == ring.newest.id or used:
        raise RuntimeError(
            f"key {key_id} is in use by {used} values or files; run `sanku keys rotate` or `sanku keys reencrypt` "
            "first "
            f"(密钥 {key_id} 仍有 {used} 处在用，请先运行 sanku keys rotate 或 sanku keys reencrypt)"
        )
    _forget(settings, database, key_id)


@commands.command("give-up")
def give_up(
    key_id: Annotated[str, typer.Argument(help="A key that is lost for good.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase every value that only a lost key decrypts, so that the service starts again. This cannot be undone.

    Files of that key stay as they are, and cannot be read.
    """
    from app.database import Database
    from app.encryption.keys import use_keys
    from app.engagements.files.encrypted_storage import open_store
    from app.store import lost_keys
    from app.store.file_keys import keys_of_files

    settings = load_settings()
    if key_id in use_keys(settings).keys:
        raise RuntimeError(f"the ring has key {key_id}; nothing is lost (密钥 {key_id} 仍在，无须清除)")
    if not yes:
        typer.confirm(
            f"erase everything that key {key_id} encrypted (清除密钥 {key_id} 加密的全部内容)?", abort=True
        )
    database = Database(settings.url)
    erased = lost_keys.give_up(database, key_id)
    unreadable = keys_of_files(database, open_store(settings))[key_id]
    database.dispose()
    print_error(f"erased (已清除): {erased.total()}")
    for table, number in sorted(erased.items()):
        print_error(f"  {table}: {number}")
    if unreadable:
        print_error(f"files that nobody can read any more (无法再读取的文件): {unreadable}", style="red")


def _forget(settings: "Settings", database: "Database", key_id: str) -> None:
    from sqlalchemy import delete

    from app.encryption.register import RegisteredKey

    with database.unit_of_work() as session:
        session.execute(delete(RegisteredKey).where(RegisteredKey.id == key_id))
    database.dispose()
    path = settings.encryption_keys_path
    if path is None or not path.exists():
        print_error(
            f"nothing uses key {key_id}; remove it from the ring (密钥 {key_id} 已不再使用，可从密钥环中移除)"
        )
        return
    lines = path.read_text(encoding="ascii").splitlines()
    write_secret(path, "".join(f"{line}\n" for line in lines if not line.strip().startswith(f"{key_id}:")))
    print_error(f"key {key_id} removed (已移除密钥): {path}")


def _all_ids(database: "Database") -> set[str]:
    """Ids of the ring and of the register: an id is never given twice."""
    from sqlalchemy import select

    from app.encryption.keys import current_ring
    from app.encryption.register import RegisteredKey

    with database.reading() as session:
        return {*current_ring().keys, *session.scalars(select(RegisteredKey.id))}


def _reencrypt(settings: "Settings", database: "Database") -> None:
    from app.engagements.files.encrypted_storage import open_store
    from app.store.reencryption import reencrypt

    with progress("encrypting (加密)") as bar:
        result = reencrypt(database, open_store(settings), on_tables=bar)
    database.dispose()
    print_error(f"encrypted (已加密): {sum(result.values.values())}")
    for table, number in sorted(result.values.items()):
        print_error(f"  {table}: {number}")
    for id_ in result.unused:
        print_error(
            f"nothing uses key {id_} any more: `sanku keys drop {id_}` removes it "
            f"(密钥 {id_} 已不再使用，可用 sanku keys drop {id_} 移除)"
        )
    for row in result.unreadable:
        print_error(f"cannot be decrypted (无法解密): {row}", style="red")
    if result.unreadable:
        raise typer.Exit(1)
