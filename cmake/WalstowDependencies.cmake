# Where each library comes from: Debian 12 packages only; CONTRIBUTING.md says why each was chosen.
# Static archives where Debian has them: the two commands start once for each segment.

set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS filesystem json)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
set(OPENSSL_USE_STATIC_LIBS TRUE)
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
if(WALSTOW_TESTS)
  find_package(GTest REQUIRED)
endif()

# walstow_static_dependency(TARGET archive header): a library whose package has no CMake file.
function(walstow_static_dependency target archive header)
  find_library(${target}_ARCHIVE ${archive} REQUIRED)
  find_path(${target}_HEADERS ${header} REQUIRED)
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${${target}_ARCHIVE}"
    INTERFACE_INCLUDE_DIRECTORIES "${${target}_HEADERS}")
endfunction()
walstow_static_dependency(walstow::zstd libzstd.a zstd.h)
walstow_static_dependency(walstow::xxhash libxxhash.a xxhash.h)
