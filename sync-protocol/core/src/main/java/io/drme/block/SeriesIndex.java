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
    private int[] ids = new int[FIRST_CAPACITY];
    private int size;

    SeriesIndex() {
        Arrays.fill(keys, EMPTY);
    }

    void clear() {
        Arrays.fill(keys, EMPTY);
        size = 0;
    }

    /** The series' id, or -1. */
    int find(int group, int tag, ValueType type) {
        int slot = slot(key(group, tag, type));
        return keys[slot] == EMPTY ? -1 : ids[slot];
    }

    void put(int group, int tag, ValueType type, int id) {
        if (size * 2 >= keys.length) {
            grow();
        }
        long key = key(group, tag, type);
        int slot = slot(key);
        keys[slot] = key;
        ids[slot] = id;
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
        var oldKeys = keys;
        var oldIds = ids;
        keys = new long[oldKeys.length * 2];
        ids = new int[oldIds.length * 2];
        Arrays.fill(keys, EMPTY);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != EMPTY) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                ids[slot] = oldIds[i];
            }
        }
    }
}
