package io.drme.simulation;

import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.ReceiverStore.Transaction;
import io.drme.sync.ReceiverStore.Work;
import io.drme.sync.SenderLog;
import io.drme.sync.StreamId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Logs and stores with a mistake in them, for {@link PlantedBug}. */
final class Mistakes {
    private Mistakes() {}

    /** What is done instead of a method; nothing where the real one is to be called. */
    private interface Instead<T> {
        Optional<?> of(T real, String method, Object[] arguments) throws StoreException;
    }

    /** Undoes each transaction, tells its result, and does it again before the next one. */
    static ReceiverStore commitsLate(ReceiverStore store) {
        return new ReceiverStore() {
            private final List<Work<?>> owed = new ArrayList<>();

            @Override
            public <T> T inTransaction(Work<T> work) throws StoreException {
                for (var late : owed) {
                    store.inTransaction(late);
                }
                owed.clear();
                var results = new ArrayList<T>();
                try {
                    store.inTransaction(t -> {
                        results.add(work.in(t));
                        throw new StoreException("undone on purpose", new IllegalStateException());
                    });
                } catch (StoreException e) {
                    if (results.isEmpty()) {
                        throw e;
                    }
                }
                owed.add(work);
                return results.getFirst();
            }
        };
    }

    static ReceiverStore watermark(ReceiverStore store) {
        return planted(
                store,
                (real, method, arguments) -> {
                    if (!method.equals("saveRanges")) {
                        return Optional.empty();
                    }
                    var ranges = (RangeSet) arguments[1];
                    real.saveRanges(
                            (StreamId) arguments[0], RangeSet.of(1, ranges.last().orElse(0)));
                    return Optional.of(ranges);
                });
    }

    /** Neither of the two questions for a number that the samples had before is answered. */
    static ReceiverStore withoutOrigins(ReceiverStore store) {
        var isOriginNext = new AtomicBoolean();
        return planted(
                store,
                (_, method, _) ->
                        switch (method) {
                            case "framedAnew" -> {
                                isOriginNext.set(true);
                                yield Optional.of(false);
                            }
                            case "find" ->
                                    isOriginNext.getAndSet(false)
                                            ? Optional.of(Optional.empty())
                                            : Optional.empty();
                            default -> Optional.empty();
                        });
    }

    private static ReceiverStore planted(ReceiverStore store, Instead<Transaction> instead) {
        return new ReceiverStore() {
            @Override
            public <T> T inTransaction(Work<T> work) throws StoreException {
                return store.inTransaction(t -> work.in(proxy(Transaction.class, t, instead)));
            }
        };
    }

    static SenderLog staleCounters(SenderLog log) {
        var before = new TreeMap<String, Long>();
        return proxy(
                SenderLog.class,
                log,
                (real, method, _) -> {
                    if (!method.equals("counters")) {
                        return Optional.empty();
                    }
                    SortedMap<String, Long> stale = new TreeMap<>(before);
                    before.clear();
                    before.putAll(real.counters());
                    return Optional.of(stale);
                });
    }

    static SenderLog sentIsAcknowledged(SenderLog log) {
        return proxy(
                SenderLog.class,
                log,
                (real, method, arguments) -> {
                    if (!method.equals("acknowledged") || arguments.length < 2) {
                        return Optional.empty();
                    }
                    var stream = (StreamKind) arguments[0];
                    real.acknowledged(stream, real.held(stream));
                    return Optional.of(true);
                });
    }

    static SenderLog silentAboutGaps(SenderLog log) {
        return proxy(
                SenderLog.class,
                log,
                (_, method, _) -> method.equals("missing") ? Optional.of(true) : Optional.empty());
    }

    private static <T> T proxy(Class<T> type, T real, Instead<T> instead) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, given) -> {
                            var arguments = given == null ? new Object[0] : given;
                            var other = instead.of(real, method.getName(), arguments);
                            if (other.isPresent()) {
                                return isVoid(method.getReturnType()) ? nothing() : other.get();
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }

    private static boolean isVoid(Class<?> type) {
        return type == void.class;
    }

    private static @Nullable Object nothing() {
        return null;
    }
}
