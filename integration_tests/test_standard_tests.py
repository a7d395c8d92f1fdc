from integration_tests import cdk_standard_tests

PYTEST = ("-k", "not docker", "-Werror::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning")


def test_the_cdks_standard_tests_pass(tmp_path):
    ended = cdk_standard_tests.run(tmp_path, *PYTEST)

    assert ended.returncode == 0, ended.stdout
    assert " failed" not in ended.stdout
    assert " passed" in ended.stdout
