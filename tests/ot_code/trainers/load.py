"""Loads a published dataset as a trainer does, in an interpreter that has it: `load.py TRAINER FOLDER CONFIG`.

Prints what the trainer made of the rows as one line of JSON. Run by test_publish_trainers.py.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}"


def tokenizer() -> Any:
    """A tokenizer of words, made here: none can be had without a network."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"[UNK]": 0, "[EOS]": 1, "[PAD]": 2}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]", eos_token="[EOS]", pad_token="[PAD]")
    made.chat_template = TEMPLATE
    return made


def trl(folder: Path, config: str) -> Any:
    """What SFTTrainer's preparation makes of the rows: whether they are conversations, and their texts."""
    import datasets
    from trl.data_utils import is_conversational, maybe_apply_chat_template

    rows = datasets.load_dataset(str(folder), config, split="train")
    words = tokenizer()
    made = [maybe_apply_chat_template(row, words) for row in rows]
    return {
        "conversational": all(map(is_conversational, rows)),
        "texts": [{name: row[name] for name in ("text", "prompt", "completion") if name in row} for row in made],
    }


def llamafactory(folder: Path, config: str) -> Any:
    """The rows as LLaMA-Factory aligns them: `_prompt`, `_response` and `_system`."""
    from types import SimpleNamespace

    from llamafactory.data import loader
    from llamafactory.data.parser import get_dataset_list

    (entry,) = get_dataset_list([f"{folder.name}_{config}"], str(folder))
    data = SimpleNamespace(
        dataset_dir=str(folder), streaming=False, preprocessing_num_workers=None, max_samples=None,
        overwrite_cache=True, media_dir=str(folder),
    )  # fmt: skip
    model = SimpleNamespace(cache_dir=os.environ["HF_DATASETS_CACHE"], hf_hub_token=None, trust_remote_code=False)
    training = SimpleNamespace(dataloader_num_workers=0, local_process_index=0)
    rows = loader._load_single_dataset(entry, model, data, training)
    return [{name: row[name] for name in ("_prompt", "_response", "_system")} for row in rows]


def verl(folder: Path, config: str) -> Any:
    """The rows as RLHFDataset gives them, and what its own filter of long prompts leaves."""
    from omegaconf import OmegaConf
    from verl.utils.dataset.rl_dataset import RLHFDataset

    settings = OmegaConf.create(
        {
            "max_prompt_length": 100_000,
            "cache_dir": os.environ["HF_DATASETS_CACHE"],
            "filter_overlong_prompts_workers": 1,
        }
    )
    files = sorted(map(str, (folder / config).glob("*.parquet")))
    rows = RLHFDataset(files, tokenizer(), settings)
    return [
        {name: row[name] for name in ("raw_prompt", "data_source", "reward_model", "index")}
        for row in (rows[number] for number in range(len(rows)))
    ]


if __name__ == "__main__":
    trainer, where, which = sys.argv[1:]
    found = {"trl": trl, "llamafactory": llamafactory, "verl": verl}[trainer](Path(where), which)
    print(json.dumps(found))
