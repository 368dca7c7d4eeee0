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
        return config.store().url().isEmpty()
                ? Database.openIn(data)
                : Database.open(settings(config, data));
    }

    /** The same, but a database of another release is refused, and stays as it is. */
    static Database openAsIs(CloudConfig config, Path data) throws DatabaseException {
        return Database.openAsIs(settings(config, data));
    }

    private static DatabaseSettings settings(CloudConfig config, Path data) {
        var store = config.store();
        if (store.url().isEmpty()) {
            return DatabaseSettings.in(data);
        }
        var settings =
                new DatabaseSettings(
                        store.url().get(),
                        store.user(),
                        store.passwordFile(),
                        store.ca(),
                        Optional.empty());
        return config.cluster().isAlone() ? settings : settings.sharedBy(config.cluster().name());
    }
}
