# SPDX-License-Identifier: BSD-3-Clause
"""Recipe for Spack: put this file into a repository of recipes, as packages/chimaera/package.py.
Builds a checkout: spack dev-build --source-path <checkout> chimaera@main
"""
from spack.package import *


class Chimaera(CMakePackage):
    """A daemon that runs tasks for other processes over shared memory."""

    license("BSD-3-Clause")

    version("main", branch="main")

    variant("bdev_cli", default=True, description="Build `chimaera bdev` and libchimaera_test")
    variant("uring", default=True, description="Serve files through io_uring")
    variant("fcontext", default=True, description="Switch fibers with boost.context")
    variant("nbd", default=False, description="Build the plugin of nbdkit")

    depends_on("c", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("perl", type="build")
    depends_on("gzip", type="build")
    depends_on("libyaml")
    depends_on("openssl")
    depends_on("jansson", when="+bdev_cli")
    depends_on("liburing@2.3:", when="+uring")
    depends_on("boost+context", when="+fcontext")
    depends_on("nbdkit@1.30:", when="+nbd")

    conflicts("platform=darwin", msg="Chimaera needs Linux")
    conflicts("platform=windows", msg="Chimaera needs Linux")

    def cmake_args(self):
        return [
            self.define("CHI_BUILD_TESTS", False),
            self.define("CHI_BUILD_BENCH", False),
            self.define("CHI_FIBER", "fcontext" if "+fcontext" in self.spec else "ucontext"),
        ]
