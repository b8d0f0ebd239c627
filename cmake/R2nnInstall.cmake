# cmake --install: libraries, headers, program, presets, man page, completions, pkg-config files, CMake package.

include(CMakePackageConfigHelpers)

set(targets "")
foreach(room IN LISTS R2NN_ROOMS)
  list(APPEND targets r2nn_${room})
endforeach()
install(TARGETS ${targets} EXPORT r2nnTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT r2nnTargets NAMESPACE r2nn:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/r2nn)
install(DIRECTORY engine/include/r2nn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# find_package(r2nn): r2nn::rt, r2nn::core and, where it was built, r2nn::train.
configure_package_config_file(cmake/r2nnConfig.cmake.in ${PROJECT_BINARY_DIR}/r2nnConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/r2nn)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/r2nnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/r2nnConfig.cmake ${PROJECT_BINARY_DIR}/r2nnConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/r2nn)

# pkg-config r2nn (rt and core) and r2nn-train. The prefix is found from where the file lies, so that --prefix at install time holds.
file(RELATIVE_PATH R2NN_PC_UP ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/r2nn.pc.in r2nn.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/r2nn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(R2NN_WITH_TRAIN)
  configure_file(cmake/r2nn-train.pc.in r2nn-train.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/r2nn-train.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

if(TARGET r2nn)
  install(TARGETS r2nn RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(DIRECTORY presets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/r2nn/presets FILES_MATCHING PATTERN "*.json")
  install(DIRECTORY parts/ DESTINATION ${CMAKE_INSTALL_DATADIR}/r2nn/parts FILES_MATCHING PATTERN "*.json")
  configure_file(hosts/r2nn.1 r2nn.1 @ONLY) # may say @PROJECT_VERSION@
  install(FILES ${PROJECT_BINARY_DIR}/r2nn.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES hosts/completion/r2nn.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME r2nn)
  install(FILES hosts/completion/_r2nn DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
