package io.drme.block;

import io.drme.model.ValueType;
import java.util.Arrays;

/**
 * Finds a series by poll group, tag index and type: a hash table with open addressing, so that
 * nothing is boxed. Confined to its owner.
 */
final class SeriesIndex {
    private static final int FIRST_CAPACITY = 64;
    private static final long EMPTY = -1;
    private static final int TYPE_BITS = 3;
    private static final int TAG_BITS = 28;

    private long[] keys = new long[FIRST_CAPACITY];
    private int[] places = new int[FIRST_CAPACITY];
    private int size;

    /** The keys in order of their adding, which is the order of a scan, and so of the next one. */
    private long[] scan = new long[FIRST_CAPACITY];

    private int[] scanIds = new int[FIRST_CAPACITY];
    private int next;

    SeriesIndex() {
        Arrays.fill(keys, EMPTY);
    }

    void clear() {
        Arrays.fill(keys, EMPTY);
        size = 0;
        next = 0;
    }

    /** The series' id, or -1. */
    int find(int group, int tag, ValueType type) {
        long key = key(group, tag, type);
        if (next >= size) {
            next = 0;
        }
        if (next < size && scan[next] == key) {
            return scanIds[next++];
        }
        int slot = slot(key);
        if (keys[slot] == EMPTY) {
            return -1;
        }
        next = places[slot] + 1;
        return scanIds[next - 1];
    }

    void put(int group, int tag, ValueType type, int id) {
        if (size * 2 >= keys.length) {
            grow();
        }
        long key = key(group, tag, type);
        int slot = slot(key);
        keys[slot] = key;
        places[slot] = size;
        scan[size] = key;
        scanIds[size] = id;
        size++;
    }

    private static long key(int group, int tag, ValueType type) {
        return ((long) group << (TAG_BITS + TYPE_BITS)) | ((long) tag << TYPE_BITS) | type.code();
    }

    private int slot(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        int mask = keys.length - 1;
        int slot = (int) (hash >>> 40) & mask;
        while (keys[slot] != EMPTY && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        int room = keys.length * 2;
        keys = new long[room];
        places = new int[room];
        scan = Arrays.copyOf(scan, room);
        scanIds = Arrays.copyOf(scanIds, room);
        Arrays.fill(keys, EMPTY);
        for (int i = 0; i < size; i++) {
            int slot = slot(scan[i]);
            keys[slot] = scan[i];
            places[slot] = i;
        }
    }
}
