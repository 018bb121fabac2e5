"""The columns of the schemas that the readers know, as the hub has them, and which reader each is for."""

from __future__ import annotations

_CODEFORCES_HEAD = (
    "id aliases contest_id contest_name contest_type contest_start contest_start_year index time_limit memory_limit "
    "title description input_format output_format"
)
_CODEFORCES = (
    f"{_CODEFORCES_HEAD} interaction_format note examples editorial rating tags testset_size official_tests "
    "official_tests_complete input_mode generated_checker executable generated_tests"
)
_TURNS = "prompt generation finish_reason api_metadata messages"

SCHEMAS: dict[str, tuple[str, tuple[str, ...]]] = {
    name: (reader, tuple(columns.split()))
    for name, reader, columns in (
        ("apps", "apps", "problem_id question solutions input_output difficulty url starter_code"),
        (
            "code_contests",
            "codecontests",
            ("name description public_tests private_tests generated_tests source difficulty solutions "
            "incorrect_solutions cf_contest_id cf_index cf_points cf_rating cf_tags is_description_translated "
            "untranslated_description time_limit memory_limit_bytes input_file output_file"),
        ),
        (
            "codeforces-python-submissions",
            "codeforcessubmissions",
            ("domain contestId index name type rating tags title time-limit memory-limit problem-description "
            "input-specification output-specification demo-input demo-output note points test_cases "
            "creationTimeSeconds relativeTimeSeconds programmingLanguage verdict testset passedTestCount "
            "timeConsumedMillis memoryConsumedBytes code prompt response score"),
        ),
        (
            "codeforces-python-submissions, an older revision",
            "codeforcessubmissions",
            ("contestId index name type rating tags title time-limit memory-limit problem-description "
            "input-specification output-specification demo-input demo-output note points test_cases "
            "creationTimeSeconds relativeTimeSeconds programmingLanguage verdict testset passedTestCount "
            "timeConsumedMillis memoryConsumedBytes code"),
        ),
        ("codeforces", "codeforces", _CODEFORCES),
        ("codeforces verifiable-prompts", "codeforces", f"{_CODEFORCES} language prompt"),
        ("codeforces-cots solutions", "codeforces", f"{_CODEFORCES_HEAD} examples note editorial {_TURNS}"),
        (
            "codeforces-cots checker_interactor",
            "codeforces",
            f"{_CODEFORCES_HEAD} interaction_format note examples editorial {_TURNS}",
        ),
        (
            "codeforces-cots solutions_decontaminated",
            "codeforces",
            (f"{_CODEFORCES_HEAD} interaction_format note examples editorial {_TURNS} problem_type public_tests "
            "private_tests generated_tests public_tests_ms accepted_solutions failed_solutions"),
        ),
        (
            "verifiable-coding-problems-python",
            "verifiablecode",
            ("source task_type in_source_id prompt problem_statement gold_standard_solution problem_id metadata "
            "verification_info"),
        ),
        (
            "livecodebench",
            "livecodebench",
            ("question_title question_content platform question_id contest_id contest_date starter_code difficulty "
            "public_test_cases private_test_cases metadata"),
        ),
        (
            "openthoughts metadata",
            "openthoughts",
            "problem deepseek_reasoning deepseek_solution ground_truth_solution domain source test_cases starter_code",
        ),
        ("humaneval", "humaneval", "task_id prompt canonical_solution test entry_point"),
        (
            "evalplus, its own release",
            "humaneval",
            "task_id prompt contract canonical_solution entry_point base_input plus_input atol",
        ),
        ("leetcode with assertions", "humaneval", "task_id url title meta prompt prompt_sft test start_time"),
        (
            "LeetCodeDataset",
            "humaneval",
            ("task_id question_id difficulty tags problem_description starter_code estimated_date prompt completion "
            "entry_point test input_output query response"),
        ),
        ("LeetCodeDataset's first", "humaneval", "task_id prompt entry_point test completion examples meta"),
        ("mbpp", "mbpp", "task_id text code test_list test_setup_code challenge_test_list"),
        ("mbpp sanitized", "mbpp", "source_file task_id prompt code test_imports test_list"),
        ("mbppplus", "mbpp", "task_id code prompt source_file test_imports test_list test"),
        ("verl", "verl", "data_source prompt ability reward_model extra_info"),
        ("camel", "camel", "role_1 topic; sub_topic message_1 message_2"),
        ("riddle_sense", "riddlesense", "answerKey question choices"),
        ("conversations of OpenThoughts2-1M", "conversations", "conversations question source id"),
        ("conversations of OpenThoughts3-1.2M", "conversations", "difficulty source domain conversations"),
        ("plain", "plain", "id problem test_cases candidates language time_limit_s memory_limit_mb checker domain"),
        ("plain, the least", "plain", "test_cases"),
    )
} | {
    "taco": (
        "taco",
        (
            "question", "solutions", "starter_code", "input_output", "difficulty", "raw_tags", "name", "source", "tags",
            "skill_types", "url", "Expected Auxiliary Space", "time_limit", "date", "picture_num", "memory_limit",
            "Expected Time Complexity",
        ),
    ),
}  # fmt: skip
