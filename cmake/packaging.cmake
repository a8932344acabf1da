# What `cmake --install` puts where, and the Debian package: ./dev package
include(GNUInstallDirs)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # to package the program, its tests need not be built
install(TARGETS ivig-cds RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/ivig-cds/rules FILES_MATCHING PATTERN "*.json"
        PATTERN "schema" EXCLUDE)
install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY deploy/haproxy deploy/prometheus deploy/grafana deploy/kubernetes
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
if(EXISTS ${CMAKE_SOURCE_DIR}/deploy/ivig-cds.service)
  install(FILES deploy/ivig-cds.service DESTINATION lib/systemd/system)
endif()
# Never overwritten by an upgrade (conffiles).
install(FILES deploy/debian/ivig-cds.yaml DESTINATION /etc/ivig-cds)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ivig-cds)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The ivig-cds authors <ivig-cds@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "CDS Hooks service that checks orders for IVIG against guidelines")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A server for CDS Hooks: when a clinician is about to sign an order for intravenous immune
 globulin, the health record asks it, and it answers with cards where encoded
 neurology guidelines see the order otherwise. Not medical advice.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, haproxy, prometheus")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/deploy/debian/conffiles
    ${CMAKE_SOURCE_DIR}/deploy/debian/postinst ${CMAKE_SOURCE_DIR}/deploy/debian/prerm)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
include(CPack)
