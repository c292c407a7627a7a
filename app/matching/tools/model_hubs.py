"""Other text models than the default one: from a directory, Hugging Face, or ModelScope, which users in China reach."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import httpx

from app.errors import Unavailable

MODELSCOPE = "modelscope:"
"""What an id of ModelScope begins with; other ids are of Hugging Face."""


class ModelNotFetched(Unavailable):
    """The model could not be fetched from its hub; the message says what to do."""

    code = "model_not_fetched"
    zh = "无法从模型平台获取模型。"


def fetch_model(name: str, folder: Path) -> Path:
    """The directory of a model: `name` itself if it is one, else the files of that id, fetched into `folder`.

    Raises:
        ModelNotFetched: no such directory, the hub is out of reach or has no such model, or its library is missing.
    """
    given = Path(name).expanduser()
    if given.is_dir():
        return given.resolve()
    if given.is_absolute() or name.startswith((".", "~")):
        raise ModelNotFetched(f"There is no directory {name}.", f"没有目录 {name}。")
    of_modelscope = name.startswith(MODELSCOPE)
    id_ = name.removeprefix(MODELSCOPE)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", id_):
        raise ModelNotFetched(
            f"{name} is neither a directory nor an id such as BAAI/bge-m3 or modelscope:BAAI/bge-m3.",
            f"{name} 既不是目录，也不是形如 BAAI/bge-m3 或 modelscope:BAAI/bge-m3 的模型编号。",
        )
    target = folder / id_.replace("/", "--")
    fetch = _from_modelscope() if of_modelscope else _from_hugging_face
    try:
        fetch(id_, target)
    # What the libraries of hubs raise, from a missing model to a broken connection.
    except (OSError, ValueError, RuntimeError, httpx.HTTPError) as error:
        raise _unreachable(id_, error, of_modelscope=of_modelscope) from error
    return target


def _from_hugging_face(id_: str, target: Path) -> None:
    from huggingface_hub import snapshot_download

    snapshot_download(id_, local_dir=target)


def _from_modelscope() -> Callable[[str, Path], None]:
    if find_spec("modelscope") is None:
        raise ModelNotFetched(
            "The library of ModelScope is not installed: pip install 'sanku[modelscope]'.",
            "未安装 ModelScope 的程序库，请执行 pip install 'sanku[modelscope]'。",
        )
    from modelscope import snapshot_download

    def fetch(id_: str, target: Path) -> None:
        try:
            snapshot_download(id_, local_dir=str(target))
        # Its versions raise errors without a common base: a model that does not exist, a refusal, a broken connection.
        except Exception as error:
            raise OSError(str(error)) from error

    return fetch


def _unreachable(id_: str, error: Exception, *, of_modelscope: bool) -> ModelNotFetched:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    other = id_ if of_modelscope else f"{MODELSCOPE}{id_}"
    mirror = "" if of_modelscope else " set HF_ENDPOINT to a mirror,"
    mirror_zh = "" if of_modelscope else "用 HF_ENDPOINT 指定镜像站，"
    return ModelNotFetched(
        f"{id_} could not be fetched: {said}. Check the id and the network;{mirror} try --model {other}, or fetch the "
        "files on another machine and name their directory.",
        f"无法获取 {id_}: {said}。请检查模型编号和网络，{mirror_zh}改用 --model {other}，"
        "或在其他机器上下载后指定其目录。",
    )
