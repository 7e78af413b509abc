using System.Text.Json.Nodes;
using NUnit.Framework.Constraints;

namespace PodMetadata.Tests.Api;

/// <summary>Compares JSON as JSON: members in any order, numbers by value.</summary>
public static class Json
{
    /// <summary>A constraint that holds for a node equal to <paramref name="expected"/>.</summary>
    public static IResolveConstraint EqualTo(JsonNode expected) =>
        Is.EqualTo(expected).Using<JsonNode>((left, right) => JsonNode.DeepEquals(left, right));
}
