from integration_tests import cdk_standard_tests

# An error is what it only warns of, too: a DiscoveredCatalogWarning, which CDKs before 7.36 do not know by name.
PYTEST = ("-k", "not docker", "-Werror::UserWarning")


def test_the_cdks_standard_tests_pass(tmp_path):
    ended = cdk_standard_tests.run(tmp_path, *PYTEST)

    assert ended.returncode == 0, ended.stdout
    assert " failed" not in ended.stdout
    assert " passed" in ended.stdout
