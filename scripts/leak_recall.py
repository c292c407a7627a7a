"""How many mentions of an organisation the leak check finds, and how often it asks about texts that name nobody.

    python -m scripts.leak_recall

On the names and texts of tests/libraries/validation/leaks, in two halves: the first served for tuning. Prints a table
in Markdown.
"""

import sys

from tests.libraries.validation.leaks.test_recall import TUNED, UNSEEN, answers_to_innocent_texts, missed


def main() -> None:
    lines = [
        "| half | mentions | found | innocent texts | asked about | refused |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for half, (label, names) in enumerate((("tuned", TUNED), ("unseen", UNSEEN))):
        lost, mentions = missed(names)
        asked, refused, texts = answers_to_innocent_texts(half)
        lines.append(
            f"| {label} | {mentions} | {1 - len(lost) / mentions:.2%} | {texts} | {len(asked) / texts:.2%} | "
            f"{len(refused) / texts:.2%} |"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
