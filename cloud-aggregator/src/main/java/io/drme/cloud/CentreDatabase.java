package io.drme.cloud;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.DatabaseSettings;
import java.nio.file.Path;
import java.util.Optional;

/** Opens the database that a configuration names: without one, SQLite in the data directory. */
final class CentreDatabase {
    private CentreDatabase() {}

    static Database open(CloudConfig config, Path data) throws DatabaseException {
        var store = config.store();
        if (store.url().isEmpty()) {
            return Database.openIn(data);
        }
        var settings =
                new DatabaseSettings(
                        store.url().get(),
                        store.user(),
                        store.passwordFile(),
                        store.ca(),
                        Optional.empty());
        return Database.open(
                config.cluster().isAlone() ? settings : settings.sharedBy(config.cluster().name()));
    }
}
