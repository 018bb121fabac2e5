"""Rewards for RL trainers: TRL, verl and open-r1's columns in, a number for each completion out.

    from trl import GRPOTrainer
    from ot_code import rewards

    GRPOTrainer(..., reward_funcs=[rewards.trl])                              # 1 for what is right, 0 for what is wrong
    GRPOTrainer(..., reward_funcs=[rewards.Reward(partial="fraction").trl])   # the share of tests that were passed

Completions are judged by one pool of processes for each node, which the first caller starts and which all trainers of a
user share. docs/rewards.md says what is read of which column, and what comes of a fault.
"""

from ot_code.rewards.asynchronous import open_r1_async, trl_async, verl_async
from ot_code.rewards.reward import PARTIAL, Reward, open_r1, trl, verl, verl_batch

__all__ = [
    "PARTIAL",
    "Reward",
    "open_r1",
    "open_r1_async",
    "trl",
    "trl_async",
    "verl",
    "verl_async",
    "verl_batch",
]
