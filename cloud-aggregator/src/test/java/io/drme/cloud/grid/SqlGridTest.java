package io.drme.cloud.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.SqlGrid.Bounds;
import io.drme.cloud.grid.SqlGrid.Column;
import io.drme.cloud.grid.SqlGrid.Kind;
import io.drme.cloud.grid.SqlGrid.SqlException;
import io.drme.cloud.grid.SqlGrid.Table;
import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SqlGridTest {
    private static final Duration TIME = Duration.ofSeconds(20);
    private static Member member;
    private final ManualClock clock = new ManualClock();

    @BeforeAll
    static void start() {
        member = Member.start(CloudConfig.defaults().withClusterPort(5785).cluster());
    }

    @AfterAll
    static void stop() {
        member.close();
    }

    private static Table texts(int rows, int length) {
        var list = new ArrayList<@Nullable Object[]>();
        for (int i = 0; i < rows; i++) {
            list.add(new Object[] {"x".repeat(length)});
        }
        return new Table("texts", List.of(new Column("t", Kind.TEXT)), list);
    }

    // Two members that lost each other must not both have the turn, nor lose it with a member.
    @Test
    void theTurnHasCopiesAndNeedsTheMajorityAsAllElse() {
        var config = MemberSettings.of(CloudConfig.defaults().cluster());
        var usual = config.getMapConfig("default").setSplitBrainProtectionName("some");
        assertThat(config.findMapConfig(SqlGrid.TURN).getBackupCount())
                .isEqualTo(usual.getBackupCount());
        assertThat(config.findMapConfig(SqlGrid.TURN).getSplitBrainProtectionName())
                .isEqualTo("some");
        assertThat(config.findMapConfig(SqlGrid.MAP + "texts").getBackupCount()).isZero();
    }

    @Test
    void anAnswerIsCutWhereItTakesTooMuch() throws Exception {
        var grid = new SqlGrid(member, clock);
        var table = texts(20, 1 << 20);
        var result =
                grid.select(
                        "select t from texts", List.of(table), new Bounds(100, TIME, () -> true));
        assertThat(result.truncated()).isTrue();
        assertThat(result.rows()).hasSize(15);
    }

    @Test
    void theTimeRunsWhileRowsAreBroughtInToo() {
        var grid = new SqlGrid(member, clock);
        var bounds =
                new Bounds(
                        100,
                        TIME,
                        () -> {
                            clock.advance(TIME);
                            return true;
                        });
        assertThatThrownBy(
                        () -> grid.select("select t from texts", List.of(texts(2_000, 1)), bounds))
                .isInstanceOfSatisfying(SqlException.class, e -> assertThat(e.isLate()).isTrue());
    }

    // The rows of a member that ended are gone, and the answer looked whole.
    @Test
    void anAnswerOverRowsThatWereLostIsNone() {
        var grid = new SqlGrid(member, clock);
        var none = List.of(texts(0, 1));
        assertThatThrownBy(() -> grid.checkWhole(List.of(texts(2, 1)), true))
                .isInstanceOfSatisfying(SqlException.class, e -> assertThat(e.isLate()).isTrue())
                .hasMessageContaining("of 2 rows of texts 0 are there");
        assertThatThrownBy(() -> grid.checkWhole(none, false)).isInstanceOf(SqlException.class);
    }
}
