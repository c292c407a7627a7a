"""A cross-encoder with random weights over single characters, made in a second."""

from pathlib import Path


def make_cross_encoder(folder: Path, *, outputs: int = 1, seed: int = 1) -> Path:
    """Write it to `folder`, and return that."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    characters = [chr(code) for code in (*range(0x21, 0x7F), *range(0x4E00, 0x5E00))]
    pieces = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters)
    vocabulary = {piece: at for at, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # transformers leaves it unannotated
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=256,
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    shape = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=512,
        initializer_range=1.0,
    )
    shape.num_labels = outputs
    BertForSequenceClassification(shape).save_pretrained(folder)
    return folder
