# Outside libraries. Each has one switch R2NN_<LIBRARY>: AUTO (on when found), ON (required) or OFF.
# Afterwards R2NN_WITH_<LIBRARY> says whether it is on, and the target r2nn_<library> carries it.

find_package(PkgConfig REQUIRED)
set(R2NN_LIBRARIES "")

# r2nn_library(NAME what-it-is-for apt-package pkg-config-module...), the target is PkgConfig::R2NN_PKG_NAME; a library without a
# pkg-config file is given as PLAIN header library.
function(r2nn_library name purpose package)
  set(R2NN_${name} AUTO CACHE STRING "${purpose}: AUTO, ON or OFF (apt: ${package})")
  set_property(CACHE R2NN_${name} PROPERTY STRINGS AUTO ON OFF)
  set(on OFF)
  if(R2NN_${name})
    if(ARGV3 STREQUAL "PLAIN")
      find_path(R2NN_PKG_${name}_HEADER ${ARGV4})
      find_library(R2NN_PKG_${name}_LIBRARY ${ARGV5})
      mark_as_advanced(R2NN_PKG_${name}_HEADER R2NN_PKG_${name}_LIBRARY)
      if(R2NN_PKG_${name}_HEADER AND R2NN_PKG_${name}_LIBRARY)
        set(R2NN_PKG_${name}_FOUND ON)
        add_library(PkgConfig::R2NN_PKG_${name} UNKNOWN IMPORTED GLOBAL)
        set_target_properties(PkgConfig::R2NN_PKG_${name} PROPERTIES
          IMPORTED_LOCATION ${R2NN_PKG_${name}_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${R2NN_PKG_${name}_HEADER})
      endif()
    else()
      pkg_check_modules(R2NN_PKG_${name} QUIET IMPORTED_TARGET GLOBAL ${ARGN})
    endif()
    if(R2NN_PKG_${name}_FOUND)
      set(on ON)
    elseif(NOT R2NN_${name} STREQUAL "AUTO")
      message(FATAL_ERROR "R2NN_${name} is ON, but this is not found: ${ARGN}\nInstall it: apt-get install ${package}")
    endif()
  endif()
  set(R2NN_WITH_${name} ${on} PARENT_SCOPE)
  set(R2NN_PURPOSE_${name} "${purpose}" PARENT_SCOPE)
  set(R2NN_PACKAGE_${name} "${package}" PARENT_SCOPE)
  set(R2NN_LIBRARIES ${R2NN_LIBRARIES} ${name} PARENT_SCOPE)
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

r2nn_library(LAPACK "eigenvectors, for engine/core" "liblapacke-dev libopenblas-dev" lapacke openblas)
r2nn_library(JANSSON "model files, for engine/core" "libjansson-dev" jansson)
r2nn_library(FFTW "spectra, for engine/train" "libfftw3-dev" fftw3)
r2nn_library(SNDFILE "sound files, for the program" "libsndfile1-dev" sndfile)
r2nn_library(POPT "command line, for the program" "libpopt-dev" popt)
r2nn_library(CAIRO "pictures, for the program" "libcairo2-dev" cairo)
r2nn_library(CSV "manifests and CSV results, for the program" "libcsv-dev" PLAIN csv.h csv)
r2nn_library(JACK "r2nn jack" "libjack-jackd2-dev" jack)
r2nn_library(LO "OSC, and sessions (NSM) of r2nn jack" "liblo-dev" liblo)
r2nn_library(MOSQUITTO "MQTT, for live decisions" "libmosquitto-dev" libmosquitto)
r2nn_library(CMOCKA "unit tests" "libcmocka-dev" cmocka)

if(NOT R2NN_WITH_LAPACK OR NOT R2NN_WITH_JANSSON)
  message(FATAL_ERROR "R2NN needs LAPACKE, OpenBLAS and Jansson.\n"
                      "Install them: apt-get install ${R2NN_PACKAGE_LAPACK} ${R2NN_PACKAGE_JANSSON}")
endif()

set(R2NN_WITH_TRAIN ${R2NN_WITH_FFTW})
if(R2NN_WITH_TRAIN AND R2NN_WITH_SNDFILE AND R2NN_WITH_POPT AND R2NN_WITH_CAIRO AND R2NN_WITH_CSV)
  set(R2NN_WITH_PROGRAM ON)
else()
  set(R2NN_WITH_PROGRAM OFF)
endif()
