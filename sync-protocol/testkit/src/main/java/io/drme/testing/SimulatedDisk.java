package io.drme.testing;

import io.drme.log.Disk;
import io.drme.log.DiskException;
import io.drme.log.DiskFile;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that does to us, from a seed, what disks do: what was not synced is lost, kept
 * or torn page by page in any choice when the power fails; a failed sync forgets what it should
 * have written; bits flip; it is full; it is slow.
 *
 * <p>Names follow the order in which they were changed: of the changes to a directory that were not
 * synced, a power cut keeps some from the beginning. A page is torn at a sector.
 *
 * <p>Confined to the test's thread.
 */
public final class SimulatedDisk implements Disk {
    private static final int PAGE_BYTES = 4_096;
    private static final int SECTOR_BYTES = 512;

    private final RandomGenerator random;
    private final Map<String, Node> files = new TreeMap<>();
    private final TreeSet<String> directories = new TreeSet<>();
    private final Map<String, Names> names = new HashMap<>();
    private long capacityBytes = Long.MAX_VALUE;
    private double failures;
    private Predicate<String> failing = _ -> true;
    private long operationsLeft = Long.MAX_VALUE;
    private Runnable beforeSync = () -> {};
    private boolean dead;
    private boolean locked;
    private long syncs;

    /** What a file holds: as read now, and as it would be read after a power cut. */
    private static final class Node {
        byte[] now = {};
        byte[] durable = {};
        final TreeSet<Integer> dirty = new TreeSet<>();

        /** Whether it was cut off since the last sync, so that its pages do not tell all. */
        boolean cutOff;
    }

    /** The names of a directory after a power cut, and what was done to them since. */
    private static final class Names {
        final Map<String, Node> durable = new TreeMap<>();
        final List<Map<String, Node>> since = new ArrayList<>();
    }

    /** The power failed; thrown out of the operation in which it did, and by every one after it. */
    public static final class PowerCut extends RuntimeException {
        @Serial private static final long serialVersionUID = 1;

        PowerCut() {
            super("the power failed", null, false, false);
        }
    }

    /** An empty disk. */
    public SimulatedDisk(RandomGenerator random) {
        this.random = random;
        directories.add("");
    }

    /** Cuts the power in the middle of the n-th write, sync or change of a name from now. */
    public void cutPowerAfter(long operations) {
        operationsLeft = operations;
    }

    /** Lets each write and sync fail with this probability, 0 to 1. */
    public void failWith(double probability) {
        failures = probability;
    }

    /** Of these paths only; all of them as long as nothing was said. */
    public void failOnly(Predicate<String> which) {
        failing = which;
    }

    /** Lets no more than this fit. */
    public void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** Runs before each sync: where a test lets time pass. */
    public void beforeSync(Runnable action) {
        beforeSync = action;
    }

    /** How many syncs of files were asked for. */
    public long syncs() {
        return syncs;
    }

    /** How much all files take. */
    public long usedBytes() {
        return files.values().stream().mapToLong(n -> n.now.length).sum();
    }

    /** The paths of all files. */
    public List<String> paths() {
        return List.copyOf(files.keySet());
    }

    /** The bytes of a file as they are now. */
    public byte[] bytes(String path) {
        return node(path).now.clone();
    }

    /** Changes bits of a byte, behind everybody's back. */
    public void flip(String path, int offset, int mask) {
        var node = node(path);
        node.now[offset] ^= (byte) mask;
        if (offset < node.durable.length) {
            node.durable[offset] = node.now[offset];
        }
    }

    /** Cuts a file off, behind everybody's back. */
    public void cutOff(String path, int length) {
        var node = node(path);
        node.now = Arrays.copyOf(node.now, Math.min(length, node.now.length));
        node.durable = Arrays.copyOf(node.durable, Math.min(length, node.durable.length));
        node.dirty.clear();
    }

    private Node node(String path) {
        var node = files.get(path);
        if (node == null) {
            throw new IllegalArgumentException("no such file: " + path);
        }
        return node;
    }

    /** The disk as it is found when the power comes back; this one is dead from now on. */
    public SimulatedDisk afterPowerCut() {
        dead = true;
        var next = new SimulatedDisk(random);
        next.capacityBytes = capacityBytes;
        next.directories.addAll(directories);
        names.forEach((directory, all) -> {
            Map<String, Node> kept = all.durable;
            if (!all.since.isEmpty()) {
                int keep = random.nextInt(all.since.size() + 1);
                kept = keep == 0 ? all.durable : all.since.get(keep - 1);
            }
            kept.forEach((name, node) -> next.adopt(directory, name, survivor(node)));
        });
        return next;
    }

    /** The same content for another process, when this one's was killed and the power stayed. */
    public SimulatedDisk afterKill() {
        dead = true;
        return snapshot();
    }

    /** A copy of the disk as it is now, for another machine or for later; this one goes on. */
    public SimulatedDisk snapshot() {
        var next = new SimulatedDisk(random);
        next.capacityBytes = capacityBytes;
        next.directories.addAll(directories);
        files.forEach((path, node) -> {
            var copy = new Node();
            copy.now = node.now.clone();
            copy.durable = node.now.clone();
            next.adopt(directoryOf(path), path, copy);
        });
        return next;
    }

    private void adopt(String directory, String path, Node node) {
        files.put(path, node);
        names(directory).durable.put(path, node);
    }

    private Node survivor(Node node) {
        var left = new Node();
        int size = random.nextBoolean() ? node.now.length : node.durable.length;
        left.now = Arrays.copyOf(node.durable, size);
        for (int page : node.dirty) {
            int from = page * PAGE_BYTES;
            int to = Math.min(Math.min(from + PAGE_BYTES, node.now.length), size);
            int sectors = (to - from + SECTOR_BYTES - 1) / SECTOR_BYTES;
            switch (random.nextInt(3)) {
                case 0 -> copy(node.now, left.now, from, to);
                case 1 -> {
                    int torn = sectors <= 1 ? 0 : random.nextInt(sectors);
                    boolean isHead = random.nextBoolean();
                    int at = Math.min(from + torn * SECTOR_BYTES, Math.max(from, to));
                    copy(node.now, left.now, isHead ? from : at, isHead ? at : to);
                }
                default -> {
                    // Lost.
                }
            }
        }
        left.durable = left.now.clone();
        return left;
    }

    private static void copy(byte[] from, byte[] to, int start, int end) {
        if (start < end) {
            System.arraycopy(from, start, to, start, end - start);
        }
    }

    private void operation() {
        alive();
        if (--operationsLeft < 0) {
            dead = true;
            throw new PowerCut();
        }
    }

    private void alive() {
        if (dead) {
            throw new PowerCut();
        }
    }

    private boolean fails(String path) {
        return failures > 0 && failing.test(path) && random.nextDouble() < failures;
    }

    private void mayFail(String what, String path) throws DiskException {
        if (fails(path)) {
            throw new DiskException.Failed(
                    "can't " + what + " " + path + ": simulated I/O error", null);
        }
    }

    private static String directoryOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private Names names(String directory) {
        return names.computeIfAbsent(directory, _ -> new Names());
    }

    /** Notes how the names of a directory are now, for a power cut to choose from. */
    private void changed(String directory) {
        var now = new TreeMap<String, Node>();
        files.forEach((path, node) -> {
            if (directoryOf(path).equals(directory)) {
                now.put(path, node);
            }
        });
        names(directory).since.add(now);
    }

    @Override
    public DiskFile create(String path, long bytes, Room room) throws DiskException {
        operation();
        mayFail("create", path);
        var was = files.get(path);
        long freed = was == null ? 0 : was.now.length;
        if (bytes > freeBytes() + freed) {
            throw new DiskException.Full("can't create " + path + ": simulated disk is full", null);
        }
        var node = new Node();
        node.now = new byte[(int) bytes];
        node.durable = room == Room.WRITTEN ? new byte[(int) bytes] : new byte[0];
        files.put(path, node);
        changed(directoryOf(path));
        return new OpenFile(path, node);
    }

    @Override
    public DiskFile open(String path) throws DiskException {
        alive();
        var node = files.get(path);
        if (node == null) {
            throw new DiskException.Missing("can't open " + path + ": no such file", null);
        }
        return new OpenFile(path, node);
    }

    @Override
    public boolean exists(String path) {
        alive();
        return files.containsKey(path) || directories.contains(path);
    }

    @Override
    public void delete(String path) {
        operation();
        directories.remove(path);
        if (files.remove(path) != null) {
            changed(directoryOf(path));
        }
    }

    @Override
    public void rename(String from, String to) throws DiskException {
        operation();
        var node = files.remove(from);
        if (node == null) {
            throw new DiskException.Missing("can't rename " + from + ": no such file", null);
        }
        files.put(to, node);
        changed(directoryOf(to));
    }

    @Override
    public List<String> list(String directory) {
        alive();
        var found = new TreeSet<String>();
        var prefix = directory.isEmpty() ? "" : directory + "/";
        for (var all : List.of(files.keySet(), directories)) {
            for (var path : all) {
                if (path.startsWith(prefix) && path.length() > prefix.length()) {
                    var rest = path.substring(prefix.length());
                    found.add(rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest);
                }
            }
        }
        return List.copyOf(found);
    }

    @Override
    public void makeDirectory(String directory) {
        alive();
        directories.add(directory);
    }

    @Override
    public void syncDirectory(String directory) throws DiskException {
        operation();
        mayFail("sync", directory);
        var all = names(directory);
        if (!all.since.isEmpty()) {
            all.durable.clear();
            all.durable.putAll(all.since.getLast());
            all.since.clear();
        }
    }

    @Override
    public long freeBytes() {
        alive();
        long used = 0;
        for (var node : files.values()) {
            used += node.now.length;
        }
        return Math.max(0, capacityBytes - used);
    }

    @Override
    public void lock() throws DiskException {
        alive();
        if (locked) {
            throw new DiskException.Locked("the simulated disk is in use", null);
        }
        locked = true;
    }

    @Override
    public void close() {
        locked = false;
    }

    /** A file of this disk. */
    private final class OpenFile implements DiskFile {
        private final String path;
        private final Node node;

        OpenFile(String path, Node node) {
            this.path = path;
            this.node = node;
        }

        @Override
        public long size() {
            alive();
            return node.now.length;
        }

        @Override
        public int read(long position, ByteBuffer into) {
            alive();
            int length = (int) Math.min(into.remaining(), Math.max(0, node.now.length - position));
            if (length > 0) {
                into.put(node.now, (int) position, length);
            }
            return Math.max(0, length);
        }

        @Override
        public void write(long position, ByteBuffer from) throws DiskException {
            int start = (int) position;
            int end = start + from.remaining();
            if (end > node.now.length && end - node.now.length > freeBytes()) {
                throw new DiskException.Full(
                        "can't write " + path + ": simulated disk is full", null);
            }
            int until = end;
            @Nullable RuntimeException cut = null;
            try {
                operation();
                mayFail("write", path);
            } catch (PowerCut e) {
                // It fails in the middle of the write: some of it is in the page cache.
                until = start + random.nextInt(end - start + 1);
                cut = e;
            }
            if (until > node.now.length) {
                node.now = Arrays.copyOf(node.now, until);
            }
            from.get(node.now, start, until - start);
            for (int page = start / PAGE_BYTES; page * PAGE_BYTES < until; page++) {
                node.dirty.add(page);
            }
            if (cut != null) {
                throw cut;
            }
        }

        @Override
        public void sync() throws DiskException {
            beforeSync.run();
            syncs++;
            operation();
            if (failures > 0 && failing.test(path) && random.nextDouble() < failures) {
                // What a failed sync did not write, no later one will: the pages count as clean.
                node.durable = survivor(node).durable;
                node.dirty.clear();
                throw new DiskException.Failed(
                        "can't sync " + path + ": simulated I/O error", null);
            }
            write(node);
        }

        /** All that is in the page cache goes to the disk: often few pages of a large file. */
        private static void write(Node node) {
            if (node.durable.length == node.now.length && !node.cutOff) {
                for (int page : node.dirty) {
                    int from = page * PAGE_BYTES;
                    copy(
                            node.now,
                            node.durable,
                            from,
                            Math.min(from + PAGE_BYTES, node.now.length));
                }
            } else {
                node.durable = node.now.clone();
                node.cutOff = false;
            }
            node.dirty.clear();
        }

        @Override
        public void truncate(long bytes) {
            operation();
            node.now = Arrays.copyOf(node.now, (int) bytes);
            node.cutOff = true;
            node.dirty.removeIf(page -> page * PAGE_BYTES >= bytes);
        }

        @Override
        public void close() {
            // Nothing to give back.
        }
    }
}
