#!/usr/bin/env bash
# Runs the agent on a GPIO chip of a real Linux kernel, in a guest under qemu, and prints what was seen. No part of `./drme test`:
# it downloads about 250 MB of Debian packages. docs/gpio-qemu.md says what it showed.
#
#   packaging/system-tests/src/test/qemu/gpio.sh [WORK-FOLDER]
#
# Needs Debian on amd64 with gcc, make, qemu-system-x86, cpio, busybox-static; a JDK 25 in JAVA_HOME; and a build of the project
# (packaging/distribution/target/lib). The guest's processor is emulated: slow, and the same everywhere.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
work=${1:-/tmp/drme-gpio-qemu}
lib=$root/packaging/distribution/target/lib

fail() {
    printf 'gpio.sh: %s\n' "$1" >&2
    exit 1
}

for tool in qemu-system-x86_64 cpio busybox gcc make apt-get dpkg-deb; do
    command -v "$tool" >/dev/null || fail "needs $tool; Debian: apt install qemu-system-x86 cpio busybox-static gcc make"
done
[ -x "${JAVA_HOME:-/none}/bin/jlink" ] || fail "needs a JDK 25 in JAVA_HOME"
ls "$lib"/drme-agent-*.jar >/dev/null 2>&1 || fail "needs a build: mvn -pl packaging/distribution -am package -DskipTests"
mkdir -p "$work"
cd "$work"

# The kernel of the distribution, unchanged. It has the character device, but not the simulated chip: that is built as a module
# from the same kernel's source.
release=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: linux-image-//p' | head -n 1)
version=$(printf '%s' "$release" | cut -d. -f1,2)
if [ ! -f modules/gpio-sim.ko ]; then
    rm -rf packages kernel headers source modules
    mkdir packages modules
    (cd packages && apt-get download "linux-image-$release" "linux-headers-$release" "linux-headers-${release%-*}-common" \
        "linux-kbuild-$version" "linux-source-$version")
    dpkg-deb -x packages/linux-image-*.deb kernel
    for package in packages/linux-headers-*.deb packages/linux-kbuild-*.deb; do
        dpkg-deb -x "$package" headers
    done
    dpkg-deb -x packages/linux-source-*.deb source
    tar -C source --strip-components=1 -xf "source/usr/src/linux-source-$version.tar.xz" \
        "linux-source-$version/drivers/gpio" "linux-source-$version/kernel/irq"
    cp source/drivers/gpio/gpio-sim.c source/drivers/gpio/gpiolib.h source/kernel/irq/irq_sim.c modules
    # The kernel's own simulated interrupts as a module: irq_to_desc is not exported, what it is made of is.
    cat >modules/irq-sim-module.c <<'EOT'
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/module.h>
#define irq_to_desc(n) irq_data_to_desc(irq_get_irq_data(n))
#include "irq_sim.c"
MODULE_LICENSE("GPL");
EOT
    echo 'obj-m := gpio-sim.o irq-sim-module.o' >modules/Kbuild
    build=headers/usr/src/linux-headers-$release
    sed -i "s#/usr/src/#$work/headers/usr/src/#" "$build/Makefile"
    make -C "$build" M="$work/modules" CC=gcc modules
fi

# All of the guest lies in memory: busybox, a small JRE, the agent.
rm -rf guest
mkdir -p guest/bin guest/dev guest/proc guest/sys guest/tmp guest/modules guest/etc
cp "$(command -v busybox)" guest/bin/busybox
cp "kernel/lib/modules/$release/kernel/fs/configfs/configfs.ko" modules/irq-sim-module.ko modules/gpio-sim.ko guest/modules
[ -d jre ] || "$JAVA_HOME/bin/jlink" --add-modules java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs --strip-debug --no-header-files \
    --no-man-pages --output jre
cp -r jre guest/jre
mkdir guest/lib
cp "$lib"/*.jar guest/lib
for library in $(ldd jre/bin/java jre/lib/server/libjvm.so | grep -o '/lib[^ :)]*\.so[^ :)]*' | sort -u); do
    [ -f "$library" ] || continue
    mkdir -p "guest$(dirname "$library")"
    cp -L "$library" "guest$library"
done
cp "$here/gpio-guest.sh" guest/init
chmod 755 guest/init
printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >guest/etc/passwd
printf '127.0.0.1 localhost\n' >guest/etc/hosts
(cd guest && find . | cpio -o -H newc --quiet | gzip -1) >initrd.gz

timeout 1200 qemu-system-x86_64 -accel tcg -cpu max -m 3G -smp 2 -nographic -no-reboot \
    -kernel "kernel/boot/vmlinuz-$release" -initrd initrd.gz -append "console=ttyS0 quiet panic=-1" </dev/null | tee guest.log
grep -q '^## end' guest.log || fail "the guest did not come to its end"
! grep -q '^## FAILED' guest.log || fail "the guest found something else than was expected"
