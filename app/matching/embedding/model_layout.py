"""Layout of a sentence-transformers directory of multilingual-e5-small, without the weights."""

import json
import struct
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from app.matching.embedding.e5_source import NetworkShape, TokenVocabulary

MAX_TOKENS = 512
# The vocabulary for sentencepiece, which holds it in a seventh of the memory of the tokenizer's tables.
PIECES_FILE = "sentencepiece.bpe.model"

# nmt_nfkc is NFKC with these exceptions: control characters are dropped, zero-width characters become a space, and
# the full-width tilde of Chinese ranges such as 10～20 stays; a private-use character carries it past NFKC.
DROPPED = r"[\x01-\x08\x0B\x0E-\x1F\x7F\x8F\x9F]"
BECOMES_SPACE = "[\u200b-\u200f\u2581\ufeff\ufffd]"
FULL_WIDTH_TILDE, CARRIER = "～", "\ue000"

_PACKAGE = "sentence_transformers"
_MODULES = (
    ("", f"{_PACKAGE}.base.modules.transformer.Transformer"),
    ("1_Pooling", f"{_PACKAGE}.sentence_transformer.modules.pooling.Pooling"),
    ("2_Normalize", f"{_PACKAGE}.base.modules.normalize.Normalize"),
)


def build_tokenizer(vocabulary: TokenVocabulary) -> Tokenizer:
    """The fast tokenizer of XLM-RoBERTa: nmt_nfkc normalisation, white space as "▁", `<s> … </s>`."""
    pieces = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, vocabulary.unk, False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x01-\x08\x0B\x0E-\x1F\x7F\x{8F}\x{9F}]"), ""),
            normalizers.Replace(Regex(r"[\x{200B}-\x{200F}\x{2581}\x{FEFF}\x{FFFD}]"), " "),
            normalizers.Replace(FULL_WIDTH_TILDE, CARRIER),
            normalizers.NFKC(),
            normalizers.Replace(CARRIER, FULL_WIDTH_TILDE),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    bos, eos = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    special = [vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk]
    tokenizer.add_special_tokens(
        [AddedToken(vocabulary.pieces[i], special=True, normalized=False) for i in special]
    )
    return tokenizer


def configuration(shape: NetworkShape, vocabulary: TokenVocabulary) -> dict[str, Any]:
    """File name → JSON content, as sentence-transformers and transformers expect them."""
    return {
        "config.json": _bert(shape, vocabulary),
        "tokenizer_config.json": _tokenizer(vocabulary),
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(_MODULES)
        ],
        "sentence_bert_config.json": {
            "max_seq_length": MAX_TOKENS,
            "transformer_task": "feature-extraction",
            "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            "module_output_name": "token_embeddings",
            # The vector is the mean of the tokens; BERT's pooler has no weights here.
            "model_kwargs": {"add_pooling_layer": False},
        },
        "1_Pooling/config.json": {
            "embedding_dimension": shape.hidden,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _bert(shape: NetworkShape, vocabulary: TokenVocabulary) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": vocabulary.pad,
        "type_vocab_size": shape.token_types,
        "vocab_size": shape.word_rows,
    }


def _tokenizer(vocabulary: TokenVocabulary) -> dict[str, Any]:
    bos, eos = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "bos_token": bos,
        "cls_token": bos,
        "eos_token": eos,
        "sep_token": eos,
        "pad_token": vocabulary.pieces[vocabulary.pad],
        "unk_token": vocabulary.pieces[vocabulary.unk],
    }


def vocabulary_of(tokenizer_file: Path) -> TokenVocabulary:
    """The vocabulary in a ``tokenizer.json`` of `build_tokenizer`."""
    stored = json.loads(tokenizer_file.read_text(encoding="utf-8"))["model"]
    pieces = [piece for piece, _ in stored["vocab"]]
    bos, eos, pad = (pieces.index(name) for name in ("<s>", "</s>", "<pad>"))
    return TokenVocabulary(
        pieces, [score for _, score in stored["vocab"]], bos=bos, eos=eos, pad=pad, unk=stored["unk_id"]
    )


def pieces_model(vocabulary: TokenVocabulary) -> bytes:
    """The vocabulary as a model file of sentencepiece: a unigram model that does no normalisation of its own.

    The file is a protocol buffer of few fields, written here because its compiled schema needs one certain version of
    protobuf.
    """
    special = {vocabulary.bos, vocabulary.eos, vocabulary.pad}
    entries = [
        _field(
            1,
            _field(1, piece.encode())
            + _varint(2 << 3 | 5)
            + struct.pack("<f", score)
            + _number(3, _UNKNOWN if at == vocabulary.unk else _CONTROL if at in special else _NORMAL),
        )
        for at, (piece, score) in enumerate(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    ]
    ids = {40: vocabulary.unk, 41: vocabulary.bos, 42: vocabulary.eos, 43: vocabulary.pad}
    trainer = _number(3, _UNIGRAM)
    trainer += b"".join(_number(field, id_) for field, id_ in ids.items())
    trainer += b"".join(_field(field + 5, vocabulary.pieces[id_].encode()) for field, id_ in ids.items())
    normaliser = _field(1, b"identity") + _number(3, 1) + _number(4, 1) + _number(5, 1)
    return b"".join(entries) + _field(2, trainer) + _field(3, normaliser)


_UNIGRAM = 1
_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)
