#include <stdlib.h>

// Swift Testing begins all tests at once unless it is told otherwise, and tells no package how to tell it but by the environment. Six hundred tests
// that share the few threads of Swift concurrency make each other look slow: a test that takes a millisecond took two minutes, and every limit
// on the real clock had to be as wide. Whoever sets the variable has the last word.
//
// https://github.com/swiftlang/swift-testing/blob/main/Documentation/EnvironmentVariables.md
__attribute__((constructor)) static void bound_how_many_tests_run_at_once(void) {
  setenv("SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH", "8", 0);
}
