package io.drme.testing;

import io.drme.model.StreamKind;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.ReceiverStore.Transaction;
import io.drme.sync.SenderLog;
import io.drme.sync.StreamId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.Optional;

/** Stores and logs with a mistake in them, to see that the simulation finds it. */
final class PlantedBugs {
    private PlantedBugs() {}

    /** What is done instead of a method; nothing where the real one is to be called. */
    private interface Instead<T> {
        Optional<?> of(T real, String method, Object[] arguments) throws StoreException;
    }

    /** A log that frames everything anew in a new epoch, and does not say what it was before. */
    static SenderLog framesAllAnew(MemorySenderLog log) {
        return proxy(
                SenderLog.class,
                log,
                (real, method, arguments) ->
                        switch (method) {
                            case "openEpoch" -> {
                                var all = new EnumMap<StreamKind, RangeSet>(StreamKind.class);
                                all.put(StreamKind.DATA, real.held(StreamKind.DATA));
                                all.put(StreamKind.EVENTS, real.held(StreamKind.EVENTS));
                                yield Optional.of(real.openEpoch(all));
                            }
                            case "read" ->
                                    Optional.of(
                                            real.read(
                                                            (StreamKind) arguments[0],
                                                            (long) arguments[1])
                                                    .map(PlantedBugs::withoutOrigin));
                            default -> Optional.empty();
                        });
    }

    private static Item withoutOrigin(Item item) {
        return new Item(
                item.epoch(),
                item.stream(),
                item.sequence(),
                item.samples(),
                item.previous(),
                item.hash(),
                item.payload());
    }

    /** A store that keeps the greatest number instead of a set of ranges. */
    static ReceiverStore watermark(MemoryReceiverStore store) {
        return planted(
                store,
                (real, method, arguments) -> {
                    if (method.equals("saveRanges")) {
                        var ranges = (RangeSet) arguments[1];
                        real.saveRanges(
                                (StreamId) arguments[0], RangeSet.of(1, ranges.last().orElse(0)));
                        return Optional.of(ranges);
                    }
                    return Optional.empty();
                });
    }

    private static ReceiverStore planted(MemoryReceiverStore store, Instead<Transaction> instead) {
        return new ReceiverStore() {
            @Override
            public <T> T inTransaction(Work<T> work) throws StoreException {
                return store.inTransaction(
                        transaction -> work.in(proxy(Transaction.class, transaction, instead)));
            }
        };
    }

    private static <T> T proxy(Class<T> type, T real, Instead<T> instead) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) -> {
                            var args = arguments == null ? new Object[0] : arguments;
                            var other = instead.of(real, method.getName(), args);
                            if (other.isPresent()) {
                                return method.getReturnType() == void.class ? null : other.get();
                            }
                            try {
                                return method.invoke(real, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }
}
