package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What every disk must do, the simulated one included. */
interface DiskContract {
    /** An empty disk. */
    Disk disk() throws Exception;

    @Test
    default void aNewFileReadsAsZerosOfItsSize() throws Exception {
        try (var disk = disk()) {
            for (var room : Disk.Room.values()) {
                try (var file = disk.create("f", 10_000, room)) {
                    var bytes = ByteBuffer.allocate(20_000);
                    assertThat(file.size()).isEqualTo(10_000);
                    assertThat(file.read(0, bytes)).isEqualTo(10_000);
                    assertThat(bytes.array()).containsOnly(0);
                }
            }
        }
    }

    @Test
    default void whatWasWrittenIsReadByEveryHandle() throws Exception {
        try (var disk = disk();
                var file = disk.create("f", 0, Disk.Room.RESERVED)) {
            file.write(5, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            file.sync();
            try (var other = disk.open("f")) {
                var bytes = ByteBuffer.allocate(3);
                assertThat(other.read(5, bytes)).isEqualTo(3);
                assertThat(bytes.array()).containsExactly(1, 2, 3);
                assertThat(other.read(8, ByteBuffer.allocate(1))).isZero();
            }
            file.truncate(6);
            assertThat(file.size()).isEqualTo(6);
        }
    }

    @Test
    default void aMissingFileIsMissing() throws Exception {
        try (var disk = disk()) {
            assertThat(disk.exists("f")).isFalse();
            assertThatThrownBy(() -> disk.open("f"))
                    .isInstanceOf(DiskException.Missing.class)
                    .hasMessageContaining("f");
            disk.delete("f");
        }
    }

    @Test
    default void namesAreListedRenamedAndDeleted() throws Exception {
        try (var disk = disk()) {
            disk.makeDirectory("a/b");
            disk.create("a/b/2", 0, Disk.Room.RESERVED).close();
            disk.create("a/b/1", 4, Disk.Room.RESERVED).close();
            assertThat(disk.list("a/b")).containsExactly("1", "2");
            disk.rename("a/b/1", "a/b/2");
            disk.syncDirectory("a/b");
            assertThat(disk.list("a/b")).containsExactly("2");
            try (var file = disk.open("a/b/2")) {
                assertThat(file.size()).isEqualTo(4);
            }
            disk.delete("a/b/2");
            assertThat(disk.list("a/b")).isEmpty();
            assertThat(disk.list("nowhere")).isEmpty();
            assertThat(disk.freeBytes()).isPositive();
        }
    }

    @Test
    default void aSecondUserIsKeptAway() throws Exception {
        try (var disk = disk()) {
            disk.lock();
            assertThatThrownBy(disk::lock).isInstanceOf(DiskException.Locked.class);
        }
    }
}
