"""What `test_bounded_process` lets a process of its own do."""


def answer(data: bytes) -> str:
    print("not the answer")  # noqa: T201 - libraries print, too
    if data == b"endless":
        while True:
            pass
    if data == b"too much":
        return str(len(bytearray(4 * 1024**3)))
    return data.decode()[::-1]
