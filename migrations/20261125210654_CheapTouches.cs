using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class CheapTouches : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Where a table has a trigger before updates, the server computes all stored generated columns anew at each update, also where
            // that trigger does not fire. So the digest is forgotten after the update.
            migrationBuilder.Sql("""
                DROP TRIGGER pod_details_forget_digest ON pod_details;

                CREATE OR REPLACE FUNCTION pod_details_forget_digest() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    UPDATE pod_details SET pod_obj_digest = NULL WHERE pod_name = NEW.pod_name;
                    RETURN NULL;
                END $$;

                CREATE TRIGGER pod_details_forget_digest AFTER UPDATE OF pod_obj ON pod_details FOR EACH ROW
                WHEN (OLD.pod_obj_digest = NEW.pod_obj_digest AND OLD.pod_obj IS DISTINCT FROM NEW.pod_obj)
                EXECUTE FUNCTION pod_details_forget_digest();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER pod_details_forget_digest ON pod_details;");
            migrationBuilder.Operations.AddRange(new DigestFollowsManifest().UpOperations);
        }
    }
}
