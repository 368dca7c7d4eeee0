package io.drme.sim.opcua;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;

/**
 * The changes that a node went through, the oldest forgotten first. Survives a restart of the
 * server, as a historian's disk does. Any thread.
 */
final class NodeHistory {
    /** The most values of one node. */
    static final int MOST_VALUES = 100_000;

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<DataValue> values = new ArrayDeque<>();

    /** Keeps so many values. */
    NodeHistory(int most) {
        this.most = most;
    }

    /** Keeps a value where it is another than the last. */
    void add(DataValue value) {
        lock.lock();
        try {
            var last = values.peekLast();
            if (last != null
                    && Objects.equals(last.value(), value.value())
                    && last.statusCode().equals(value.statusCode())) {
                return;
            }
            if (values.size() == most) {
                values.removeFirst();
            }
            values.addLast(value);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is kept from a time on, inclusive, and before another, the oldest first.
     *
     * @param atMost so many
     */
    List<DataValue> between(DateTime from, DateTime to, int atMost) {
        var found = new ArrayList<DataValue>();
        lock.lock();
        try {
            for (var value : values) {
                var time = value.sourceTime() == null ? value.serverTime() : value.sourceTime();
                if (time != null
                        && time.utcTime() >= from.utcTime()
                        && time.utcTime() < to.utcTime()
                        && found.size() < atMost) {
                    found.add(value);
                }
            }
        } finally {
            lock.unlock();
        }
        return found;
    }
}
