"""The trainers themselves, where they are installed: TRL's GRPO step, verl's loader and reward manager, Ray actors.

They are heavy, so `dev` leaves them out: `make test-trainers` runs these with trainers, and lets none be skipped.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from types import ModuleType

import pytest
from reward_rows import RIGHT, TESTS, THIRD, pools

from ot_code.rewards import Reward, trl, trl_async

pytestmark = [
    pytest.mark.slow,
    pytest.mark.trainers,
    *(pytest.mark.filterwarnings(f"ignore::{kind}") for kind in ("DeprecationWarning", "FutureWarning", "UserWarning")),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def trainer_or_skip(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if os.environ.get("OT_REQUIRE_TRAINERS"):
            raise
        pytest.skip(f"{name} is not installed, or something that it imports: {error}")


@pytest.mark.parametrize("kind", ["blocking", "awaited", "fraction"])
def test_a_step_of_trls_trainer(tmp_path, monkeypatch, kind):
    trainer_or_skip("trl")
    import torch
    from datasets import Dataset
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM
    from trl import GRPOConfig, GRPOTrainer

    tokenizer = _tokenizer(PreTrainedTokenizerFast)
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_key_value_heads": 2}
    config = Qwen2Config(vocab_size=len(tokenizer), num_hidden_layers=1, eos_token_id=0, pad_token_id=0, **shape)
    model = Qwen2ForCausalLM(config)
    settings = GRPOConfig(
        output_dir=str(tmp_path), per_device_train_batch_size=4, num_generations=4, max_completion_length=4,
        max_steps=1, report_to=[], use_cpu=True, logging_steps=1, bf16=False, save_strategy="no", temperature=1.0,
    )  # fmt: skip
    rows = [{"prompt": "Add.", "test_cases": json.dumps(TESTS)}] * 4
    data = Dataset.from_list(rows)
    reward = {"blocking": trl, "awaited": trl_async, "fraction": Reward(partial="fraction").trl}[kind]
    trainer = GRPOTrainer(
        model=model, processing_class=tokenizer, reward_funcs=reward, args=settings, train_dataset=data
    )  # fmt: skip
    seen = []
    inner = trainer._calculate_rewards

    def with_answers(inputs, prompts, completions, *rest):
        """A model of noise says nothing right: two of four completions are replaced by known ones."""
        completions = [RIGHT, THIRD, *completions[2:]]
        rewards = inner(inputs, prompts, completions, *rest)
        seen.extend(rewards[:, 0].tolist())
        return rewards

    monkeypatch.setattr(trainer, "_calculate_rewards", with_answers)
    trainer.train()
    assert seen == [1.0, pytest.approx(1 / 3) if kind == "fraction" else 0.0, 0.0, 0.0]
    assert torch.isfinite(next(model.parameters())).all()


def _tokenizer(kind):
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: number for number, word in enumerate(["<end>", "Add", ".", "print", "(", "0", ")", "?"])}
    inner = Tokenizer(models.WordLevel(words, unk_token="?"))
    inner.pre_tokenizer = pre_tokenizers.Punctuation()
    return kind(tokenizer_object=inner, eos_token="<end>", pad_token="<end>", unk_token="?")


def test_verls_loader_finds_the_functions():
    trainer_or_skip("verl.trainer.ppo.reward")
    from omegaconf import OmegaConf
    from verl.trainer.ppo.reward import get_custom_reward_fn

    told = {"path": "pkg://ot_code.rewards", "name": "verl", "reward_kwargs": {"partial": "fraction"}}
    found = get_custom_reward_fn(OmegaConf.create({"reward": {"custom_reward_function": told}}))
    scored = found(data_source="x", solution_str=THIRD, ground_truth=json.dumps(TESTS), extra_info={})
    assert scored["score"] == pytest.approx(1 / 3)


def test_ray_actors_of_a_node_share_the_pool():
    ray = trainer_or_skip("ray")
    ray.init(num_cpus=3, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": _environment()})
    try:

        @ray.remote(num_cpus=1)
        class Worker:
            def score(self, said):
                from ot_code.rewards import trl

                return trl(said, prompts=["Add."] * len(said), test_cases=[TESTS] * len(said))

        workers = [Worker.remote() for _ in range(3)]
        found = ray.get([worker.score.remote([RIGHT, THIRD, f"print({at})"]) for at, worker in enumerate(workers)])
        assert found == [[1.0, 0.0, 0.0]] * 3
        assert len(pools()) == 1
    finally:
        ray.shutdown()


def _environment() -> dict[str, str]:
    return {"OT_REWARDS_IDLE_S": os.environ["OT_REWARDS_IDLE_S"], "PYTHONPATH": ":".join(filter(None, sys.path))}
