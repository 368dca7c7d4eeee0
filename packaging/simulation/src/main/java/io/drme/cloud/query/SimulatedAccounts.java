package io.drme.cloud.query;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;

/** The accounts as the fleet's queries draw them up, without the grid. */
public final class SimulatedAccounts {
    private SimulatedAccounts() {}

    /** The account of a gateway by its last report of each epoch. */
    public static Account of(BlockStore store, BlockStore.Gateway gateway)
            throws DatabaseException {
        return new Accounts(store).of(store.reports(gateway.id()), store.epochs(gateway.id()));
    }
}
