using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PodMetadata.Migrations
{
    /// <inheritdoc />
    public partial class DigestFollowsManifest : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Whoever writes a manifest and not its digest (an older version of the service, a hand) leaves none, instead of another's.
            migrationBuilder.Sql("""
                CREATE OR REPLACE FUNCTION pod_details_forget_digest() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.pod_obj_digest := NULL;
                    RETURN NEW;
                END $$;

                CREATE TRIGGER pod_details_forget_digest BEFORE UPDATE OF pod_obj ON pod_details FOR EACH ROW
                WHEN (OLD.pod_obj_digest = NEW.pod_obj_digest AND OLD.pod_obj IS DISTINCT FROM NEW.pod_obj)
                EXECUTE FUNCTION pod_details_forget_digest();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER pod_details_forget_digest ON pod_details;
                DROP FUNCTION pod_details_forget_digest();
                """);
        }
    }
}
