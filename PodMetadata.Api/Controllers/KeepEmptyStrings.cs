using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace PodMetadata.Api.Controllers;

/// <summary>Leaves a blank path segment what it is: a name that no pod has. MVC would make it null.</summary>
internal sealed class KeepEmptyStrings : IDisplayMetadataProvider
{
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context) => context.DisplayMetadata.ConvertEmptyStringToNull = false;
}
