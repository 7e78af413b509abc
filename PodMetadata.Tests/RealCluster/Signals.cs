using System.Diagnostics;

namespace PodMetadata.Tests.RealCluster;

/// <summary>Signals to processes.</summary>
internal static class Signals
{
    /// <summary>Sends one, such as <c>STOP</c>.</summary>
    public static void Send(string signal, int process)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }
}
