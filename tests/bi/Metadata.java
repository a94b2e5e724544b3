import java.sql.*;
import java.util.Properties;

/** What a JDBC tool such as DBeaver asks of a driver: tables, columns, primary and foreign keys, with their remarks. */
class Metadata {
    public static void main(String[] arguments) throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", arguments[1]);
        login.setProperty("password", System.getenv("PGPASSWORD"));
        try (Connection connection = DriverManager.getConnection(arguments[0], login)) {
            DatabaseMetaData data = connection.getMetaData();
            try (ResultSet rows = data.getTables(null, "marts", "%", new String[] {"TABLE"})) {
                while (rows.next()) say("table", rows.getString("TABLE_NAME"), rows.getString("REMARKS"));
            }
            try (ResultSet rows = data.getColumns(null, "marts", "kpi_monthly", "%")) {
                while (rows.next())
                    say("column", rows.getString("COLUMN_NAME"),
                        JDBCType.valueOf(rows.getInt("DATA_TYPE")).getName(), rows.getString("REMARKS"));
            }
            try (ResultSet rows = data.getPrimaryKeys(null, "marts", "kpi_monthly")) {
                while (rows.next()) say("key", rows.getString("COLUMN_NAME"), rows.getString("KEY_SEQ"));
            }
            try (ResultSet rows = data.getImportedKeys(null, "marts", "kpi_monthly")) {
                while (rows.next())
                    say("refers", rows.getString("FKCOLUMN_NAME"), rows.getString("PKTABLE_NAME"));
            }
            try (Statement statement = connection.createStatement();
                 ResultSet rows = statement.executeQuery("select count(*) from marts.kpi_monthly")) {
                rows.next();
                say("rows", rows.getString(1));
            }
        }
    }

    private static void say(String... parts) {
        System.out.println(String.join("\t", parts));
    }
}
