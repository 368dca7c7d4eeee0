package io.drme.sync;

import io.drme.model.GatewayId;
import java.util.List;

/**
 * Looks into an item before it is stored: whether this release can read it, and what the receiver
 * has to know of it. Called by the receiver's thread; pure.
 */
@FunctionalInterface
public interface ItemReader {

    /** What an item turned out to be. */
    sealed interface Content {}

    /**
     * It can be read.
     *
     * @param closures ranges that it says were dropped
     * @param finishedCommands ids of commands whose results it brings
     */
    record Understood(List<ReceiverStore.Closure> closures, List<String> finishedCommands)
            implements Content {
        /** An item that concerns nobody but its readers. */
        public static final Understood PLAIN = new Understood(List.of(), List.of());
    }

    /** It can't be read: its bytes are kept and it is tried again after an upgrade. */
    record Unreadable(String reason) implements Content {}

    /** Looks into an item; never throws, whatever its bytes are. */
    Content read(GatewayId gateway, Item item);
}
