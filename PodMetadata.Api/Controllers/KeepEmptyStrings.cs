using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace PodMetadata.Api.Controllers;

/// <summary>Keeps a blank path segment as it is, a name that no pod has. MVC would turn it into null.</summary>
internal sealed class KeepEmptyStrings : IDisplayMetadataProvider
{
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context) => context.DisplayMetadata.ConvertEmptyStringToNull = false;
}
