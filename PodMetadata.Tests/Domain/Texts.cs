using CsCheck;

namespace PodMetadata.Tests.Domain;

/// <summary>Generators of texts that the property tests share.</summary>
internal static class Texts
{
    /// <summary>A text with one to three characters of <paramref name="alphabet"/> put in, put in the place of others, or left out.</summary>
    public static Gen<string> Mutated(this Gen<string> texts, string alphabet) =>
        Gen.Select(texts, Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1000], Gen.Char[alphabet]).Array[1, 3], (text, mutations) =>
        {
            foreach ((int kind, int at, char character) in mutations)
            {
                int index = at % (text.Length + 1);
                text = text[..index] + (kind is 0 or 1 ? character.ToString() : "") + text[Math.Min(text.Length, kind is 0 ? index : index + 1)..];
            }

            return text;
        });
}
