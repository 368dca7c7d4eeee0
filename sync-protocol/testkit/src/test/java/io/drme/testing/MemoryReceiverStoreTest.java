package io.drme.testing;

import io.drme.sync.ReceiverStore;

class MemoryReceiverStoreTest implements ReceiverStoreContract {
    @Override
    public ReceiverStore store() {
        return new MemoryReceiverStore();
    }
}
