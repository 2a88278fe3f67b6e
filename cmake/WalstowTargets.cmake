# One helper for each kind of target, so that every CMakeLists.txt is a list of names.
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

option(WALSTOW_TESTS "build the tests" ON)
option(WALSTOW_UNIT_PROGRAMS "of the tests, also build the unit tests in C++" ON)
option(WALSTOW_ALL_TESTS "build the tests that only tests/run --all runs, too" OFF)
option(WALSTOW_BENCH "build the benchmarks, with the tests" OFF)
option(WALSTOW_COVERAGE "count how often each line runs" OFF)
option(WALSTOW_FUZZ "build the fuzzer, with the tests; takes clang" OFF)
set(WALSTOW_SANITIZE "" CACHE STRING "sanitizers, as given to -fsanitize= (empty: none)")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

# Hardening: makes a fault in walstow's code, or in a library's, harder to exploit. tests/unit/deploy/hardening_test.py
# checks the executables for each.
function(walstow_harden)
  target_compile_options(walstow_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection)
  target_compile_definitions(walstow_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=3>)
  # docs/decisions/0016-fixed-addresses-for-commands.md explains the effect of this if the libraries lack it.
  check_cxx_compiler_flag(-fcf-protection=full WALSTOW_CONTROL_FLOW_X86)
  check_cxx_compiler_flag(-mbranch-protection=standard WALSTOW_CONTROL_FLOW_ARM)
  if(WALSTOW_CONTROL_FLOW_X86)
    target_compile_options(walstow_options INTERFACE -fcf-protection=full)
  elseif(WALSTOW_CONTROL_FLOW_ARM)
    target_compile_options(walstow_options INTERFACE -mbranch-protection=standard)
  endif()
  target_link_options(walstow_options INTERFACE
    -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code)
endfunction()

# The options of every target. Third-party headers are SYSTEM and exempt.
add_library(walstow_options INTERFACE)
target_compile_options(walstow_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  # A designated initializer leaves out members on purpose: they have their defaults.
  -Wno-missing-field-initializers
  # g++ 12 gives this warning wrongly for every coroutine of Asio, whose frames have an operator new of their own.
  -Wno-mismatched-new-delete)
target_compile_definitions(walstow_options INTERFACE WALSTOW_VERSION="${PROJECT_VERSION}")
target_include_directories(walstow_options INTERFACE "${CMAKE_SOURCE_DIR}")
if(CMAKE_UNITY_BUILD)
  # The compiler takes an included source file for a header.
  target_compile_options(walstow_options INTERFACE -Wno-subobject-linkage)
endif()
if(WALSTOW_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # Reports need only lines of code. Variables would take a quarter of the compiler's time.
  target_compile_options(walstow_options INTERFACE -g1)
endif()
if(WALSTOW_SANITIZE)
  target_compile_options(walstow_options INTERFACE
    -fsanitize=${WALSTOW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # Asio has fences, which ThreadSanitizer does not support. Mutexes protect its queues as well.
    -Wno-tsan)
  target_link_options(walstow_options INTERFACE -fsanitize=${WALSTOW_SANITIZE})
  check_linker_flag(CXX -fuse-ld=lld WALSTOW_HAS_LLD)
  if(WALSTOW_HAS_LLD)
    target_link_options(walstow_options INTERFACE -fuse-ld=lld)
  endif()
else()
  # The commands start once for each segment: fewer shared objects take fewer milliseconds.
  target_link_options(walstow_options INTERFACE -static-libstdc++ -static-libgcc)
  walstow_harden()
endif()

if(WALSTOW_COVERAGE)
  # Threads update the same counters.
  target_compile_options(walstow_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(walstow_options INTERFACE --coverage)
endif()

if(WALSTOW_FUZZ)
  # These warnings are g++'s: clang has others, and does not know all of these.
  # With clang's check of the types of called functions, coroutines do not compile.
  target_compile_options(walstow_options INTERFACE -w -fsanitize=fuzzer-no-link -fno-sanitize=function)
endif()

# walstow_library(NAME SOURCES file... LINKS target...)
function(walstow_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC walstow_options ${arg_LINKS})
  if(WALSTOW_SANITIZE)
    # Built only for a test that needs it.
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()

# walstow_executable(NAME [BUILD_ONLY] SOURCES file... LINKS target...). BUILD_ONLY: the build runs it, and nothing
# installs it.
function(walstow_executable name)
  cmake_parse_arguments(arg "BUILD_ONLY" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE walstow_options ${arg_LINKS})
  if(WALSTOW_SANITIZE)
    # Built only if it is named: the tests that run under a sanitizer contain all of it except its main().
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  elseif(NOT arg_BUILD_ONLY)
    install(TARGETS ${name} RUNTIME)
  endif()
endfunction()

# walstow_quick_start(NAME): for programs that PostgreSQL starts once for each segment. At a fixed address nothing is
# relocated at the start. That halves the page faults, and takes milliseconds less.
function(walstow_quick_start name)
  if(NOT WALSTOW_SANITIZE)
    target_link_options(${name} PRIVATE -no-pie)
  endif()
endfunction()

# walstow_test(NAME LABEL label [SEPARATE] [ONE_THREAD] SOURCES file... LINKS target...): a GoogleTest program, one
# ctest entry. SEPARATE: its files use one name for different things, so it is never a unity build. ONE_THREAD: it
# starts no thread, so ThreadSanitizer could find nothing.
function(walstow_test name)
  cmake_parse_arguments(arg "SEPARATE;ONE_THREAD" "LABEL" "SOURCES;LINKS" ${ARGN})
  if(arg_ONE_THREAD AND WALSTOW_SANITIZE STREQUAL "thread")
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  if(arg_SEPARATE)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  target_link_libraries(${name} PRIVATE walstow_options ${arg_LINKS} GTest::gtest_main)
  # To optimise the tests themselves would only take the compiler's time.
  target_compile_options(${name} PRIVATE -O0 -U_FORTIFY_SOURCE)
  if(WALSTOW_SANITIZE MATCHES "undefined")
    # It would double the compiler's time for a test. The code under test keeps it.
    target_compile_options(${name} PRIVATE -fno-sanitize=undefined)
  endif()
  if(arg_LABEL STREQUAL "unit" AND NOT WALSTOW_UNIT_PROGRAMS)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    return()
  endif()
  set(filter)
  if(WALSTOW_SANITIZE STREQUAL "thread")
    # They compare pure rules with an oracle, in one thread, and take minutes under ThreadSanitizer.
    set(filter --gtest_filter=-*Oracle*)
  endif()
  add_test(NAME ${name} COMMAND ${name} ${filter})
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 600)
endfunction()
