# The sources of each library: packages of Debian 12 or 13 only. CONTRIBUTING.md explains why each was chosen.
# Libraries are linked statically if Debian has the archive, because the two commands start once for each segment.

set(Boost_USE_STATIC_LIBS ON)
# Boost has its own CMake files; CMake's own search for Boost is deprecated.
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS filesystem json)
# In version 4 of its paths "a/" has no file name, as in std::filesystem. In version 3 the name is ".".
target_compile_definitions(Boost::filesystem INTERFACE BOOST_FILESYSTEM_VERSION=4)
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
# libssh2 calls zlib, whose development package comes with its own.
walstow_static_dependency(walstow::zlib libz.a zlib.h)
walstow_static_dependency(walstow::lz4 liblz4.a lz4frame.h)
walstow_static_dependency(walstow::ssh2 libssh2.a libssh2.h)
walstow_static_dependency(walstow::pugixml libpugixml.a pugixml.hpp)
# Only its headers: the program loads the library when it needs it (store/backend/s3/curl_library.h).
find_path(curl_HEADERS curl/curl.h REQUIRED)
target_link_libraries(walstow::ssh2 INTERFACE OpenSSL::Crypto walstow::zlib)
# Debian 13's libcrypto.a calls both, Debian 12's calls neither. CMake does not know about zstd.
target_link_libraries(OpenSSL::Crypto INTERFACE walstow::zlib walstow::zstd)

# Only the headers, which is how fmt supports use without its shared library. That costs nothing at the start of a
# command, and some seconds of the compiler's for each of its calls. The sanitizer builds, which are not installed, use
# the shared library and save these seconds.
add_library(walstow_fmt INTERFACE)
if(WALSTOW_SANITIZE)
  find_package(fmt REQUIRED)
  target_link_libraries(walstow_fmt INTERFACE fmt::fmt)
else()
  find_path(fmt_HEADERS fmt/format.h REQUIRED)
  target_include_directories(walstow_fmt SYSTEM INTERFACE "${fmt_HEADERS}")
  target_compile_definitions(walstow_fmt INTERFACE FMT_HEADER_ONLY)
endif()
add_library(walstow::fmt ALIAS walstow_fmt)

# spdlog's own CMake file would also link fmt's shared library.
find_path(spdlog_HEADERS spdlog/spdlog.h REQUIRED)
add_library(walstow_spdlog INTERFACE)
target_include_directories(walstow_spdlog SYSTEM INTERFACE "${spdlog_HEADERS}")
target_compile_definitions(walstow_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
target_link_libraries(walstow_spdlog INTERFACE walstow_fmt)
add_library(walstow::spdlog ALIAS walstow_spdlog)

# walstow_built_with(VARIABLE): the development packages of deploy/packages/build and their versions. Most are linked
# statically, so a security update of one reaches walstow only with a new build. "--version -v" prints the versions.
function(walstow_built_with variable)
  set(list "${CMAKE_SOURCE_DIR}/deploy/packages/build")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list}" "${OPENSSL_CRYPTO_LIBRARY}")
  foreach(target walstow::ssh2 walstow::zstd walstow::zlib)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${${target}_ARCHIVE}")
  endforeach()
  file(STRINGS "${list}" lines REGEX "^lib[^ ]+-dev")
  list(TRANSFORM lines REPLACE " .*" "")
  execute_process(COMMAND dpkg-query -W -f "\${Package} \${Version}\n" ${lines} zlib1g-dev
    OUTPUT_VARIABLE packages ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "\n" ", " packages "${packages}")
  if(NOT packages)
    set(packages "libraries that no package manager knows")
  endif()
  set(${variable} "${packages}" PARENT_SCOPE)
endfunction()
