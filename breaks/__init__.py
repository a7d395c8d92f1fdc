"""Mistakes that a developer might make, each as a small patch, and the tests that must fail of it: `make breaks`.

A patch begins with two lines of its own, which `git apply` passes over:

    Breaks: <promise of the design, or area>: <what is wrong now>
    Test: <pytest's node ids, as few as see it>

To add one, make the mistake, keep `git diff -U1` here under the next number with these lines before it, and take the
mistake back. A patch that no longer applies because the code moved on is made anew.
"""
